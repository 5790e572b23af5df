package router_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	junosModel = "https://github.com/Juniper/yang/blob/master/24.4/24.4R1/native/conf-and-rpcs/junos-es/conf/models/junos-es-conf-security%402024-01-01.yang"
	junosApps  = "https://github.com/Juniper/yang/blob/master/24.4/24.4R1/native/conf-and-rpcs/junos-es/conf/models/junos-es-conf-applications%402024-01-01.yang"
)

// junosForms are the set lines of our text, from the vendor's data model.
var junosForms = []setForm{
	{"security address-book global address <ours> <prefix>", junosModel},
	{"security address-book global address <ours> dns-name <host>", junosModel},
	{"security zones security-zone <zone> address-book address <ours> <prefix>", junosModel},
	{"security zones security-zone <zone> address-book address <ours> dns-name <host>", junosModel},
	{"applications application <ours> term <term> protocol <proto> destination-port <port>", junosApps},
	{"security nat destination pool <ours> address <prefix>", junosModel},
	{"security nat destination rule-set <set> from zone [zone]", junosModel},
	{"security nat destination rule-set <set> rule <ours> match destination-address [prefix]", junosModel},
	{"security nat destination rule-set <set> rule <ours> match protocol [proto]", junosModel},
	{"security nat destination rule-set <set> rule <ours> match destination-port [port]", junosModel},
	{"security nat destination rule-set <set> rule <ours> then destination-nat pool <ours>", junosModel},
	{"security policies from-zone <zone> to-zone <zone> policy <ours> match source-address [address]", junosModel},
	{"security policies from-zone <zone> to-zone <zone> policy <ours> match destination-address [address]", junosModel},
	{"security policies from-zone <zone> to-zone <zone> policy <ours> match application [ours]", junosModel},
	{"security policies from-zone <zone> to-zone <zone> policy <ours> then <permit>", junosModel},
}

// A name has at most 63 signs, one of a rule of forwards 31 in older releases.
var junosKinds = map[string]string{
	"ours": `SOPS-[A-Za-z0-9-]{1,58}`, "set": `[A-Za-z0-9_-]{1,31}`, "zone": `[a-z]+`, "prefix": `[0-9.]+/\d+`, "host": `[a-z0-9.-]+`,
	"term": `T\d+`, "proto": "tcp|udp", "port": `\d{1,5}`, "address": `any|SOPS-[A-Za-z0-9-]{1,58}`, "permit": "permit",
}

var junosInsert = regexp.MustCompile(`^insert (security policies from-zone \S+ to-zone \S+ policy SOPS-\S+) before policy \S+$`)

// junosStore is a small SRX in configuration mode.
type junosStore struct {
	setStore
	inputs map[string]string
}

func newJunos(inputs map[string]string) *junosStore {
	return &junosStore{setStore{
		forms: junosForms, kinds: junosKinds, values: map[string][]string{},
		ours: func(w []string) bool {
			return slices.ContainsFunc(w, func(s string) bool { return strings.HasPrefix(s, "SOPS-") })
		},
	}, inputs}
}

func (s *junosStore) run(t *testing.T, code string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(code), "\n")
	for i, l := range lines {
		m := junosInsert.FindStringSubmatch(l)
		switch {
		case i > 0 && strings.HasPrefix(l, "1. "): // the steps behind the paste
			return
		case l == "":
		case i > 0 && (l == "commit" || l == "commit confirmed 5"):
		case m != nil:
			if len(s.under(m[1])) == 0 {
				t.Errorf("moves a policy that is not there: %s", l)
			}
		case !s.line(t, l):
			t.Fatalf("unknown command: %s", l)
		}
	}
}

// book is the address of a name in the book of a zone.
func (s *junosStore) book(t *testing.T, zone, name string) string {
	t.Helper()
	if name == "any" {
		return name
	}
	base := "security address-book global address " + name
	if s.inputs["book"] == "zone" {
		base = "security zones security-zone " + zone + " address-book address " + name
	}
	if hosts := s.values[base+" dns-name"]; len(hosts) == 1 {
		return hosts[0]
	}
	return strings.TrimSuffix(s.one(t, base), "/32")
}

func (s *junosStore) openings(t *testing.T) []opening {
	t.Helper()
	set := "SOPS-DNAT"
	if s.inputs["ruleset"] != "" {
		set = s.inputs["ruleset"]
	}
	var out []opening
	for _, dir := range [][2]string{{"untrust", "trust"}, {"trust", "untrust"}} {
		zones := "security policies from-zone " + dir[0] + " to-zone " + dir[1] + " policy"
		for _, p := range s.under(zones) {
			base := zones + " " + p + " "
			if s.one(t, base+"then") != "permit" {
				t.Errorf("%s does not permit", p)
			}
			app := "applications application " + s.one(t, base+"match application") + " term"
			for _, term := range s.under(app) {
				for _, proto := range s.under(app + " " + term + " protocol") {
					port := s.one(t, app+" "+term+" protocol "+proto+" destination-port")
					for _, src := range s.values[base+"match source-address"] {
						for _, dst := range s.values[base+"match destination-address"] {
							from, to := s.book(t, dir[0], src), s.book(t, dir[1], dst)
							if dir[0] == "trust" {
								out = append(out, "out "+proto+" "+from+" to "+to+" "+port)
								continue
							}
							if from != "any" || !s.forwards(t, set, p, proto, port, to) {
								t.Errorf("%s lets %s %s in from %s and does not translate it", p, proto, port, from)
							}
							out = append(out, "in "+proto+" "+to+" "+port)
						}
					}
				}
			}
		}
	}
	if len(s.under("security nat destination rule-set")) > 1 {
		t.Errorf("two rule-sets from one zone: %q", s.under("security nat destination rule-set"))
	}
	slices.Sort(out)
	return out
}

// forwards tells whether the rule of that name translates the port to the server.
func (s *junosStore) forwards(t *testing.T, set, rule, proto, port, to string) bool {
	t.Helper()
	base := "security nat destination rule-set " + set
	if set == "SOPS-DNAT" && s.one(t, base+" from zone") != "untrust" {
		return false
	}
	base += " rule " + rule + " "
	pool := s.one(t, base+"then destination-nat pool")
	return s.one(t, base+"match destination-address") == "203.0.113.5/32" && s.one(t, base+"match protocol") == proto &&
		slices.Contains(s.values[base+"match destination-port"], port) && s.one(t, "security nat destination pool "+pool+" address") == to+"/32"
}

func TestJuniperPaste(t *testing.T) {
	for name, inputs := range map[string]map[string]string{
		"as delivered": nil,
		"grown":        {"book": "zone", "ruleset": "from-internet", "deny_in": "deny-all", "deny_out": "deny-all"},
	} {
		t.Run(name, func(t *testing.T) {
			testPaste(t, pasteTest{id: "juniper-srx", inputs: inputs, want: namedOpenings(t), fresh: func() device { return newJunos(inputs) }})
		})
	}
}
