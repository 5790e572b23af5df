package tui

import (
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/syncsign/sops-firewall/wizard"
)

// show is s as it may stand on the screen: cleaned, and with --mask or m without
// what is private, the same on every screen.
func (d *desk) show(s string) string {
	if s = clean(s); d.mask {
		s = d.hide(s)
	}
	return d.spell(s)
}

// hide is s, of one or more lines, with stand-ins for public addresses, hardware
// addresses, and names of the site, its servers, this computer and its user.
// Private ranges, ports and the hosts of the rule book stay.
func (d *desk) hide(s string) string {
	if !d.learned {
		d.learned = true
		d.learn()
	}
	return d.masks.hide(s)
}

// computer is this computer's name: hidden even where it is a word that says little.
func (d *desk) computer(name string) string {
	if !d.mask || name == "" || d.hide(name) != name {
		return name // shown as any other
	}
	return d.masks.user("@" + name)
}

// real is what was said about a copy or a file, and that it is not masked: pasted
// into a router it must be right.
func (d *desk) real(say string) string {
	if !d.mask {
		return say
	}
	return say + " " + d.t("screens.copy.real")
}

// maskedReport is the file of a report without private data.
const maskedReport = "report-masked.md"

// reportFile is the report to save, and its name. With a mask on it is for others:
// its name says so, and does not name the site.
func (d *desk) reportFile() (name string, data []byte) {
	data = d.report()
	if d.mask {
		return maskedReport, []byte(d.t("screens.report.masked") + "\n\n" + d.hide(string(data)))
	}
	if n := fileWord(d.site.Name); n != "" {
		return "report-" + n + ".md", data
	}
	return "report.md", data
}

// learn collects what is private about the site and what was seen of it.
func (d *desk) learn() {
	var hosts, words []string
	host := func(name string) {
		if name = strings.Trim(strings.ToLower(name), ".*"); strings.Contains(name, ".") && !d.ofBook(name) {
			hosts = append(hosts, name)
		}
	}
	word := func(text string) {
		for _, w := range append([]string{strings.TrimSpace(text)}, strings.Fields(text)...) {
			w = strings.TrimFunc(w, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
			if telling(w) && !slices.Contains(keptUsers, w) && !d.words.Uses(w) && !d.ofBook(w) {
				words = append(words, w)
			}
		}
	}
	own := []string{strings.ToLower(d.site.Server.Domain)}
	for _, src := range d.site.Sources {
		own = append(own, strings.ToLower(src.Host))
	}
	d.readBook(own)
	for _, name := range own {
		if strings.Contains(name, ".") { // even where it is below one of the book's
			hosts = append(hosts, name)
		} else {
			word(name)
		}
		if base := baseName(name); base != "" && !d.ofBook(base) {
			host(base)
			label, _, _ := strings.Cut(base, ".")
			word(label)
		}
	}
	names := append([]string{d.site.Name}, d.session.Names()...)
	for _, name := range names {
		word(name)
		word(fileWord(name))
	}
	h := d.session.Here()
	host(h.Host)
	word(h.Host)
	first, _, _ := strings.Cut(h.Host, ".")
	word(first)
	if i, j := strings.Index(h.RouterWhy, `"`), strings.LastIndex(h.RouterWhy, `"`); i >= 0 && j > i {
		for w := range strings.FieldsSeq(h.RouterWhy[i+1 : j]) { // word by word: the brand in it may stay
			if !strings.ContainsAny(w, "0123456789") && !d.brandWord(h.Router, w) {
				word(w)
			}
			host(w)
		}
	}
	word(path.Base(strings.ReplaceAll(firstOf(d.env("HOME"), d.env("USERPROFILE")), `\`, "/")))
	word(firstOf(d.env("USER"), d.env("USERNAME")))
	for _, fw := range d.site.Firewalls {
		for _, v := range fw.Inputs { // names and numbers of an account, not wan and 443
			if utf8.RuneCountInString(v) >= 8 && strings.ContainsAny(v, "0123456789") && !strings.ContainsAny(v, "./: ") {
				word(v)
			}
		}
	}
	d.learnSeen(host, word)
	d.masks.learn(hosts, words)
	for _, name := range hosts {
		d.masks.same(name, wizard.NameForms(name))
	}
}

// learnSeen collects names from what the checks saw: of certificates, greetings,
// pages that others were sent to.
func (d *desk) learnSeen(host, word func(string)) {
	for _, t := range d.views(false) {
		for _, r := range t.Rows {
			for _, f := range r.Flows {
				host(f.Flow.Host)
				for _, seen := range f.Sightings { // a computer's name, or what somebody called the place
					if !strings.Contains(seen.Label, "/") {
						word(seen.Label)
					}
				}
				for key, v := range f.Result.Facts {
					for _, name := range hostLike.FindAllString(v, -1) {
						host(name)
					}
					if key == "issuer" && !knownIssuer(v) {
						word(v)
					}
				}
			}
		}
	}
}

// ofBook tells whether a name is one of the rule book's, above or below one, or a
// word of one.
func (d *desk) ofBook(name string) bool {
	name = strings.ToLower(name)
	if d.bookNames[name] {
		return true
	}
	for {
		_, rest, ok := strings.Cut(name, ".")
		if !ok {
			return false
		}
		if name = rest; strings.Contains(name, ".") && d.bookNames[name] {
			return true
		}
	}
}

// readBook collects the rule book's own hosts, what was registered above them,
// and their words.
func (d *desk) readBook(own []string) {
	d.bookNames = map[string]bool{}
	for _, t := range d.views(true) {
		for _, r := range t.Rows {
			for _, h := range r.Row.Hosts {
				if h = strings.ToLower(h); slices.Contains(own, h) {
					continue
				}
				d.bookNames[h] = true
				if base := baseName(h); base != "" {
					d.bookNames[base] = true
				}
				for label := range strings.SplitSeq(h, ".") {
					d.bookNames[label] = true
				}
			}
		}
	}
}

// brandWord tells whether a word belongs to the router's brand, by its id.
func (d *desk) brandWord(id, word string) bool {
	for _, part := range strings.FieldsFunc(strings.ToLower(word), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if !strings.Contains(strings.ReplaceAll(id, "-", ""), part) && !d.words.Uses(part) {
			return false
		}
	}
	return true
}

// telling tells whether a word is long enough to say something.
func telling(w string) bool { return utf8.RuneCountInString(w) >= 3 && w != "sops" && w != "SOPS" }

// sharedNames are second labels below which others have names of their own.
var sharedNames = []string{
	"dyndns", "ddns", "ddnss", "no-ip", "noip", "duckdns", "myfritz", "synology", "spdns", "selfhost", "dnshome", "dedyn", "goip", "dynv6", "myqnapcloud",
}

// baseName is the name that was registered, the owner's: example.com of
// sops.example.com, and one label more below co.uk and dynamic names.
func baseName(host string) string {
	labels := strings.Split(strings.Trim(strings.ToLower(host), "."), ".")
	n := len(labels)
	if n < 2 {
		return ""
	}
	keep := 2
	if second := labels[n-2]; len(labels[n-1]) == 2 && len(second) <= 3 || slices.Contains(sharedNames, second) {
		keep = 3
	}
	if n < keep {
		return ""
	}
	return strings.Join(labels[n-keep:], ".")
}

// issuers are makers of certificates, and of devices that inspect them, that
// anybody may have, by their first word.
var issuers = []string{
	"let's", "isrg", "digicert", "sectigo", "comodo", "globalsign", "google", "gts", "amazon", "microsoft", "entrust", "godaddy", "zerossl",
	"cloudflare", "geotrust", "rapidssl", "thawte", "usertrust", "fortinet", "fortigate", "sophos", "zscaler", "paloalto", "watchguard", "cisco", "netskope", "kaspersky",
}

func knownIssuer(name string) bool {
	first, _, _ := strings.Cut(strings.ToLower(name), " ")
	return slices.Contains(issuers, first)
}
