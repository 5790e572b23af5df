package tui

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// privateValues are put into every place of a site where such may come from.
var privateValues = []string{
	"sops.kaltenbrunn.com", "kaltenbrunn", "mail.kaltenbrunn.com", "198.18.7.44", "198.18.7.45", "2a02:8109:9c40:1f00", "c8:0e:14:aa:bb:cc",
	"Hotel Seeblick", "seeblick", "kasse-nord", "nas-werner", "Familie Oberhuber", "Oberhuber", "wernerk", "Kaltenbrunn Inspection CA",
}

// private fills a drive with them.
func (dr *drive) private() {
	dr.a.d.mask = true
	env := dr.a.d.env
	dr.a.d.env = func(k string) string {
		return firstOf(map[string]string{"HOME": "/home/wernerk", "USER": "wernerk", "SSH_CONNECTION": "198.18.7.45 5000 198.18.7.44 22"}[k], env(k))
	}
	s := dr.s
	s.site.Name, s.site.Server.Domain = "Hotel Seeblick", "sops.kaltenbrunn.com"
	s.site.Server.PublicIP = netip.MustParseAddr("198.18.7.44")
	s.site.Sources = []wizard.DataSource{{Kind: "exchange", Host: "mail.kaltenbrunn.com"}}
	s.names = []string{"Hotel Seeblick"}
	s.here.Host, s.here.Gateway = "nas-werner", netip.MustParseAddr("198.18.7.45")
	s.here.RouterWhy = `its page is called "FRITZ!Box 7590 Familie Oberhuber"`
	s.here.Router = "fritzbox"
	s.nat = wizard.Finding{Seen: "The router says that its address is 2a02:8109:9c40:1f00::1, [::ffff:198.18.7.44] (C8-0E-14-AA-BB-CC)."}
	s.stands = append(s.stands, wizard.HereLine{What: "ports", Status: check.Note, Text: "443 on 198.18.7.44 of NAS-WERNER"})
	for i := range s.qs {
		for j, f := range s.qs[i].Fields {
			if f.ID == "domain" {
				s.qs[i].Fields[j].Value = "sops.kaltenbrunn.com"
			}
		}
		for j, o := range s.qs[i].Options {
			if o.ID == "continue" {
				s.qs[i].Options[j].Detail = "Hotel Seeblick, step 4 of 7"
			}
			if strings.HasPrefix(o.Detail, "report-") {
				s.qs[i].Options[j].Detail = "report-hotel-seeblick.md"
			}
		}
	}
	dr.b.each(func(_ *wizard.TableView, v *wizard.FlowView) {
		if v.Flow.Host == "sops.example.com" {
			v.Flow.Host = "sops.kaltenbrunn.com"
		}
		v.Sightings = []wizard.Sighting{{From: rules.FromHub, Label: "kasse-nord", At: noon}}
		v.Result.Facts = check.Facts{"issuer": "Kaltenbrunn Inspection CA", "location": "https://login.kaltenbrunn.com:8443/x"}
		v.Finding = wizard.Finding{
			Where: "At Kasse-Nord:",
			Seen:  `"Kaltenbrunn Inspection CA" re-signs SOPS.Kaltenbrunn.com at 198.18.7.44:443, and leads to https://login.kaltenbrunn.com:8443/x, says wernerk@kaltenbrunn.com`,
			Means: "Open /home/wernerk/hotel-seeblick/site.yaml",
		}
	})
	dr.b.causes = []wizard.CauseView{{Cause: check.Cause{Status: check.Fail}, Finding: wizard.Finding{Seen: "The resolver 198.18.7.45 of kaltenbrunn.com is silent"}}}
	dr.a.d.guides = func(missing bool) []wizard.SideGuide {
		list := fakeGuides(missing)
		for i := range list {
			for j := range list[i].Guide.Blocks {
				b := &list[i].Guide.Blocks[j]
				b.Text = strings.NewReplacer("sops-1", "sops.kaltenbrunn.com", "443 protocol", "443 src-address=2a02:8109:9c40:1f00::7/64 mac=c80e.14aa.bbcc protocol").Replace(b.Text) + "\nsee `198.18.7.44`"
			}
		}
		return list
	}
	dr.a.d.listens = func(site wizard.Site) (wizard.Listening, error) {
		l, err := fakeListening(site)
		l.Command = strings.ReplaceAll(l.Command, "sops.example.com", "sops.kaltenbrunn.com")
		l.URL = strings.ReplaceAll(l.URL, "sops.example.com", "sops.kaltenbrunn.com")
		return l, err
	}
	dr.a.d.site = s.site
	dr.a.d.changed()
	dr.a.ask()
}

// TestMaskHidesAll: no private value is in any picture, in any of the sizes and
// both languages, nor in the lines that stay after leaving.
func TestMaskHidesAll(t *testing.T) {
	for name, scene := range scenes {
		for size, msg := range sizes {
			for lang, speak := range map[string]func(*drive){"en": func(*drive) {}, "de": german} {
				t.Run(name+"-"+size+"-"+lang, func(t *testing.T) {
					dr := newDrive(t, nil)
					speak(dr)
					dr.private()
					dr.a.Update(msg)
					scene(dr)
					dr.a.d.mask = true
					all := strings.ToLower(dr.text() + strings.Join(dr.a.last(), "\n"))
					for _, v := range privateValues {
						if strings.Contains(all, strings.ToLower(v)) {
							t.Errorf("%s is shown:\n%s", v, dr.text())
						}
					}
				})
			}
		}
	}
}

// maskedDesk is a desk that hides what belongs to a site.
func maskedDesk() *desk {
	d, s, _, _ := fakeDesk(map[string]string{"HOME": "/home/wernerk"})
	s.site.Server.Domain, s.site.Name = "sops.kaltenbrunn.co.at", "Hotel Seeblick"
	d.site, d.mask = s.site, true
	return d
}

func TestMaskKeeps(t *testing.T) {
	d := maskedDesk()
	for _, same := range []string{
		"192.168.50.10, 10.0.0.1:8883, 172.16.4.4/24, 100.64.3.2, 127.0.0.1, ::1, fe80::1%eth0, fd00::7",
		"mask 255.255.255.0, wildcard 0.0.0.255, 0.0.0.0/0, ::/0, 224.0.0.251",
		"github.com TCP 22, registry.hub.docker.com, up.sync-sign.com", "saved 09:14:55", "router 1, sops-firewall check --from internet",
		"git@github.com:x/y.git", "2026-11-24", "MikroTik RouterOS 7.20.1",
	} {
		if got := d.show(same); got != same {
			t.Errorf("%q became %q", same, got)
		}
	}
}

func TestMaskIsConsistent(t *testing.T) {
	d := maskedDesk()
	for in, want := range map[string]string{
		"https://SOPS.Kaltenbrunn.co.at:8883/":                    "https://name-1.example:8883/",
		"kaltenbrunn.co.at.":                                      "name-2.example.",
		"8.8.4.4 ::ffff:8.8.4.4 [::ffff:808:404]:443 8-8-4-4.isp": "203.0.113.101 ::ffff:203.0.113.101 [::ffff:203.0.113.101]:443 203-0-113-101.isp",
		"c8:0e:14:AA:bb:cc C8-0E-14-AA-BB-CC c80e.14aa.bbcc":      "00:00:5e:00:53:01 00-00-5e-00-53-01 0000.5e00.5301",
		"fe80::ca0e:14ff:feaa:bbcc":                               "fe80::200:5eff:fe00:5301",
	} {
		for range 2 {
			got := d.show(in)
			if got != want {
				t.Errorf("%q became %q, want %q", in, got, want)
			}
			in = got // what is masked stays as it is
		}
	}
}

// TestMaskForms: a name in letters of its own is hidden as it is looked up too.
func TestMaskForms(t *testing.T) {
	d := maskedDesk()
	d.site.Server.Domain = "sops.b\u00fccher.de"
	got := d.show("sops.B\u00fccher.de sops.xn--bcher-kva.de XN--BCHER-KVA.DE b\u00fccher.de")
	if want := "name-1.example name-1.example name-2.example name-2.example"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestMaskRandom puts random private values into random texts.
func TestMaskRandom(t *testing.T) {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	r := rand.New(rand.NewPCG(7, 7))
	word := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = letters[r.IntN(len(letters))]
		}
		return string(b)
	}
	around := []string{" ", "", "(", ")", ", ", ": ", "\"", "'", "[", "]", "/", "https://", ":443", "/24", ". ", "=", "<", ">", "@", "a", "7 ", "x", "_", "-", "%eth0 "}
	for round := range 3000 {
		d := maskedDesk()
		d.site.Name = strings.ToUpper(word(1)) + word(7)
		d.site.Server.Domain = word(7) + "." + word(8) + ".de"
		a4 := netip.AddrFrom4([4]byte{byte(1 + r.IntN(223)), byte(r.IntN(256)), byte(r.IntN(256)), byte(r.IntN(256))})
		var b16 [16]byte
		for i := range b16 {
			if r.IntN(3) > 0 {
				b16[i] = byte(r.IntN(256))
			}
		}
		b16[0], b16[1] = 0x2a, byte(r.IntN(256))
		a6 := netip.AddrFrom16(b16)
		mac := fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", r.IntN(256), r.IntN(256), r.IntN(256), r.IntN(256), 1+r.IntN(255), r.IntN(256))
		values := []string{a4.String(), a6.String(), a6.StringExpanded(), strings.ToUpper(a6.String()), d.site.Name, d.site.Server.Domain, strings.ToUpper(d.site.Server.Domain)}
		if !public(a4) {
			values = values[1:]
		}
		var text strings.Builder
		for range 1 + r.IntN(6) {
			v := values[r.IntN(len(values))]
			text.WriteString(around[r.IntN(len(around))] + v + around[r.IntN(len(around))])
		}
		text.WriteString(" " + mac + " ")
		out := d.show(text.String())
		for _, v := range append(values, mac) {
			if strings.Contains(strings.ToLower(out), strings.ToLower(v)) {
				t.Fatalf("round %d: %q is left in %q, of %q", round, v, out, text.String())
			}
		}
	}
}

// TestMaskedReport: the saved report is masked as the screen is, and says so.
func TestMaskedReport(t *testing.T) {
	dr := newDrive(t, nil)
	dr.private()
	dr.a.d.report = func() []byte { return []byte("# Hotel Seeblick\n\nsops.kaltenbrunn.com 198.18.7.44\n") }
	dr.goTo("finish")
	dr.keys("1", "enter")
	got := dr.f.got[maskedReport]
	if !strings.Contains(got, "# name-") || strings.Contains(got, "kaltenbrunn") || strings.Contains(got, "198.18") {
		t.Errorf("the report is %q, files %v", got, dr.f.got)
	}
	if txt := dr.text(); !strings.Contains(txt, "For the real one press m") {
		t.Errorf("it is not said:\n%s", txt)
	}
	dr.keys("m", "enter")
	if got := dr.f.got["report-hotel-seeblick.md"]; !strings.Contains(got, "sops.kaltenbrunn.com") {
		t.Errorf("the real report is %q", got)
	}
}

// TestMaskedCopyIsReal: what is copied is right for a router, and that is said.
func TestMaskedCopyIsReal(t *testing.T) {
	dr := newDrive(t, map[string]string{"SSH_TTY": "x"})
	dr.private()
	dr.goTo("guides")
	dr.keys("2", "down", "down", "c")
	if txt := dr.text(); !strings.Contains(txt, "real names and addresses") {
		t.Errorf("it is not said:\n%s", txt)
	}
	for _, text := range dr.f.got {
		if !strings.Contains(text, "sops.kaltenbrunn.com") {
			t.Errorf("the file is masked:\n%s", text)
		}
	}
}

// TestMaskShortComputer: a name of two letters is hidden where it is known to be one.
func TestMaskShortComputer(t *testing.T) {
	dr := newDrive(t, map[string]string{"SSH_CONNECTION": "192.0.2.1 5000 192.0.2.2 22"})
	dr.s.here.Host = "vm"
	dr.a.d.mask = true
	if txt := dr.text(); strings.Contains(txt, "vm,") || !strings.Contains(txt, "This computer  name-") {
		t.Errorf("the name is shown:\n%s", txt)
	}
	dr.goTo("finish")
	dr.keys("1", "enter")
	if txt := dr.text(); strings.Contains(txt, "scp ") || !strings.Contains(txt, "m shows the command") {
		t.Errorf("a command that cannot work is shown:\n%s", txt)
	}
}
