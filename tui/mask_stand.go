package tui

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// masks puts stand-ins in the place of private values: the same for the same
// value, on every screen, as long as the program runs. Its zero value knows none.
type masks struct {
	words map[string]string // folded name or word -> its stand-in
	next  int               // number of the last of these
	addrs map[netip.Addr]netip.Addr
	macs  map[string]byte
	given map[string]bool // stand-ins: they are not masked once more
	find  *regexp.Regexp  // all of words; nil for none
	done  map[string]string
}

// maxDone bounds what masks remembers of texts it has read.
const maxDone = 2000

// What may be private by its form alone; the parser decides.
var (
	macLike    = regexp.MustCompile(`(?i)\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b|\b[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}\b`)
	addr6Like  = regexp.MustCompile(`[0-9a-fA-F:.]*:[0-9a-fA-F.]*:[0-9a-fA-F:.]*`)
	addr4Like  = regexp.MustCompile(`\d{1,3}(?:\.\d{1,3}){3}|\d{1,3}(?:-\d{1,3}){3}`)
	mailLike   = regexp.MustCompile(`[\pL\pN._%+-]+@[\pL\pN-]+(?:\.[\pL\pN-]+)*`)
	folderLike = regexp.MustCompile(`(?i)((?:/home/|/Users/|\\Users\\))([^/\\\s:'"]+)`)
	hostLike   = regexp.MustCompile(`[\pL\pN_-]+(?:\.[\pL\pN_-]+)*\.(?:xn--[a-zA-Z0-9-]+|\pL{2,})`)
)

// learn notes private names: hosts, with all below them, and words or phrases.
// It tells whether one of them is new.
func (m *masks) learn(hosts, words []string) {
	m.begin()
	isNew := false
	for _, list := range [][]string{hosts, words} {
		for _, n := range list {
			key := strings.ToLower(strings.TrimSpace(n))
			if key == "" || m.words[key] != "" || m.given[key] {
				continue
			}
			isNew = true
			m.name(key)
		}
	}
	if isNew {
		m.done, m.find = nil, m.pattern()
	}
}

func (m *masks) begin() {
	if m.words == nil {
		m.words, m.given = map[string]string{}, map[string]bool{}
		m.addrs, m.macs = map[netip.Addr]netip.Addr{}, map[string]byte{}
	}
}

// same makes another form of a known name stand for the same.
func (m *masks) same(name string, forms []string) {
	for _, f := range forms {
		if f, to := strings.ToLower(f), m.words[strings.ToLower(name)]; to != "" && m.words[f] == "" {
			m.words[f] = to
			m.done, m.find = nil, nil
		}
	}
	if m.find == nil && len(m.words) > 0 {
		m.find = m.pattern()
	}
}

// name is the stand-in of a name, which gets one if it has none.
func (m *masks) name(name string) string {
	key := strings.ToLower(name)
	if m.given[key] {
		return name
	}
	if s := m.words[key]; s != "" {
		return s
	}
	m.next++
	s := "name-" + itoa(m.next)
	if strings.Contains(strings.Trim(key, "."), ".") && !strings.Contains(key, " ") {
		s += ".example"
	}
	m.words[key], m.given[s] = s, true
	return s
}

// user is the stand-in of an account, which is no host even with a dot in it.
func (m *masks) user(name string) string {
	if slices.Contains(keptUsers, strings.ToLower(name)) {
		return name
	}
	s := strings.TrimSuffix(m.name(name), ".example")
	m.given[s] = true
	return s
}

// pattern finds every known name, the longest first, and hosts with what stands
// before and behind them.
func (m *masks) pattern() *regexp.Regexp {
	var list []string
	for n := range m.words {
		list = append(list, n)
	}
	slices.SortFunc(list, func(a, b string) int {
		if d := utf8.RuneCountInString(b) - utf8.RuneCountInString(a); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	var alts, hosts []string
	for _, n := range list {
		if strings.HasSuffix(m.words[n], ".example") {
			hosts = append(hosts, regexp.QuoteMeta(n))
		} else {
			alts = append(alts, regexp.QuoteMeta(n))
		}
	}
	expr := ""
	if len(hosts) > 0 {
		expr = `(?:[\pL\pN_-]+\.)*[\pL\pN_-]*(?:` + strings.Join(hosts, "|") + `)(?:[\pL\pN_-]+)?(?:\.[\pL\pN_-]+)*`
	}
	if len(alts) > 0 {
		if expr != "" {
			expr += "|"
		}
		expr += strings.Join(alts, "|")
	}
	return regexp.MustCompile("(?i)" + expr)
}

// shortWord is the length below which a word must stand alone to be a name.
const shortWord = 6

// hide is s without what is private.
func (m *masks) hide(s string) string {
	if out, ok := m.done[s]; ok {
		return out
	}
	m.begin()
	out := mailLike.ReplaceAllStringFunc(s, m.mail)
	out = folderLike.ReplaceAllStringFunc(out, func(p string) string {
		part := folderLike.FindStringSubmatch(p)
		return part[1] + m.user(part[2])
	})
	out = m.names(out)
	out = macLike.ReplaceAllStringFunc(out, m.mac)
	out = addr6Like.ReplaceAllStringFunc(out, m.addr6)
	out = addr4Like.ReplaceAllStringFunc(out, m.addr4)
	if len(m.done) >= maxDone || m.done == nil {
		m.done = map[string]string{}
	}
	m.done[s] = out
	return out
}

// keptUsers are accounts that say nothing about anybody.
var keptUsers = []string{"root", "admin", "git"}

// mail masks an account; the host behind it is masked as any other.
func (m *masks) mail(s string) string {
	user, host, _ := strings.Cut(s, "@")
	if m.given[strings.ToLower(user)] {
		return s
	}
	return m.user(user) + "@" + host
}

func (m *masks) names(s string) string {
	if m.find == nil {
		return s
	}
	var b strings.Builder
	at := 0
	for at < len(s) {
		loc := m.find.FindStringIndex(s[at:])
		if loc == nil || loc[1] == 0 {
			break
		}
		from, to := at+loc[0], at+loc[1]
		w := s[from:to]
		known := m.words[strings.ToLower(w)]
		isHost := known == "" || strings.HasSuffix(known, ".example")
		if !isHost && utf8.RuneCountInString(w) < shortWord && inWord(s, from, to) {
			_, n := utf8.DecodeRuneInString(s[from:])
			b.WriteString(s[at : from+n])
			at = from + n
			continue
		}
		b.WriteString(s[at:from] + m.name(w))
		at = to
	}
	return b.String() + s[at:]
}

// inWord tells whether a part of s has letters or digits beside it.
func inWord(s string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:from])
	after, _ := utf8.DecodeRuneInString(s[to:])
	part := func(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
	return part(before) || part(after)
}

// mac is a hardware address of those for documentation, RFC 7042, written as s is.
func (m *masks) mac(s string) string {
	hex := strings.Map(func(r rune) rune {
		if strings.ContainsRune(":-.", r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
	if strings.HasPrefix(hex, "00005e0053") {
		return s
	}
	n, ok := m.macs[hex]
	if !ok {
		n = byte(len(m.macs) + 1)
		m.macs[hex] = n
	}
	const digits = "0123456789abcdef"
	stand := "00005e0053" + string(digits[n>>4]) + string(digits[n&15])
	var b strings.Builder
	for i, r := range s { // the separators stay where they are
		if strings.ContainsRune(":-.", r) {
			b.WriteRune(r)
			continue
		}
		b.WriteByte(stand[i-strings.Count(s[:i], ":")-strings.Count(s[:i], "-")-strings.Count(s[:i], ".")])
	}
	return b.String()
}
