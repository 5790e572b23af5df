package router_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// sonicSource is the maker's page on the fields; the lines are as firewalls
// print them, seen in public configurations. So the proof is docs.
const sonicSource = "https://www.sonicwall.com/support/technical-documentation/docs/sonicos-7-1-rules_policies_global/Content/NAT_Rules/nat-rules-nat-policies-add-edit.htm"

// sonicForms are the configuration lines of our text, with _ for a blank inside
// of quotes.
var sonicForms = []modeForm{
	{"", "address-object ipv4 <ours> host <ip> zone <zone>", "", sonicSource},
	{"", "address-object ipv4 <ours> network <ip> <ip> zone <zone>", "", sonicSource},
	{"", "address-object fqdn <ours> domain <host> zone <zone>", "", sonicSource},
	{"", "service-object <ours> <proto> <port> <port>", "", sonicSource},
	{"", "service-group <ours>", "group", sonicSource},
	{"group", "service-object <ours>", "", sonicSource},
	{"", "nat-policy ipv4 inbound <iface> outbound any source any translated-source original destination name <address> translated-destination name <ours> service group <ours> translated-service original", "policy", sonicSource},
	{"", "access-rule ipv4 from <zone> to <zone> action allow source address any service group <ours> destination address name <address> schedule always-on", "policy", sonicSource},
	{"", "access-rule ipv4 from <zone> to <zone> action allow source address name <ours> service group <ours> destination address name <ours> schedule always-on", "policy", sonicSource},
	{"", "access-rule ipv4 from <zone> to <zone> action allow source address name <ours> service group <ours> destination address any schedule always-on", "policy", sonicSource},
	{"policy", "name <ours>", "", sonicSource},
	{"policy", "enable", "", sonicSource},
}

var sonicKinds = map[string]string{
	"ours": `SOPS_[A-Za-z0-9_.,]{1,60}`, "ip": `[0-9.]+`, "zone": "LAN|WAN", "host": `[a-z0-9.-]+`, "proto": "TCP|UDP",
	"port": `\d{1,5}`, "iface": "X1", "address": "X1_IP",
}

var (
	sonicQuoted = regexp.MustCompile(`"[^"\n]*"`)
	sonicNAT    = regexp.MustCompile(`^nat-policy ipv4 inbound X1 .* destination name X1_IP translated-destination name (\S+) service group (\S+) `)
	sonicRule   = regexp.MustCompile(`^access-rule ipv4 from (\S+) to (\S+) action allow source address (?:name )?(\S+) service group (\S+) destination address (?:name )?(\S+) schedule always-on$`)
	sonicByName = regexp.MustCompile(`^no (address-object (?:ipv4|fqdn)|service-object|nat-policy ipv4 name) (\S+)$`)
)

// sonicStore is a small SonicWall in configuration mode.
type sonicStore struct{ modeStore }

func (s *sonicStore) run(t *testing.T, code string) {
	t.Helper()
	code, _, _ = strings.Cut(code, "\n1. ") // the steps behind the paste
	code = sonicQuoted.ReplaceAllStringFunc(code, func(q string) string { return strings.ReplaceAll(strings.Trim(q, `"`), " ", "_") })
	s.modeStore.run(t, code, func(line string, _ []at) bool {
		m := sonicByName.FindStringSubmatch(line)
		if m != nil {
			s.removeNamed(t, m[1], m[2])
		}
		return m != nil || line == "configure" || line == "commit" || line == ""
	})
}

// removeNamed deletes an object by its name, which is refused while it is used.
func (s *sonicStore) removeNamed(t *testing.T, kind, name string) {
	t.Helper()
	for _, l := range slices.Clone(s.lines[""]) {
		switch {
		case kind == "nat-policy ipv4 name" && strings.HasPrefix(l, "nat-policy ") && slices.Contains(s.lines[l], "name "+name):
			s.remove("", l)
		case strings.HasPrefix(l, kind+" "+name+" "):
			if !s.used(name) {
				s.remove("", l)
			}
		}
	}
}

func (s *sonicStore) used(name string) bool {
	for path, lines := range s.lines {
		for _, l := range lines {
			if w := strings.Fields(l); path == "" && slices.Index(w, name) > 3 || strings.HasPrefix(path, "service-group ") && l == "service-object "+name {
				return true
			}
		}
	}
	return false
}

// object is what stands behind the name of an object.
func (s *sonicStore) object(t *testing.T, kind, name string) []string {
	t.Helper()
	for _, l := range s.lines[""] {
		if rest, ok := strings.CutPrefix(l, kind+" "+name+" "); ok {
			return strings.Fields(rest)
		}
	}
	t.Errorf("no %s %s", kind, name)
	return make([]string, 5)
}

func (s *sonicStore) openings(t *testing.T) []opening {
	t.Helper()
	var out []opening
	nat := map[string]string{} // service group: address it is sent to
	for _, l := range s.lines[""] {
		if m := sonicNAT.FindStringSubmatch(l); m != nil {
			nat[m[2]] = s.object(t, "address-object ipv4", m[1])[1]
		}
	}
	for _, l := range s.lines[""] {
		m := sonicRule.FindStringSubmatch(l)
		if m == nil {
			continue
		}
		if !slices.Contains(s.lines[l], "enable") {
			t.Errorf("not enabled: %s", l)
		}
		for _, member := range s.lines["service-group "+m[4]] {
			o := s.object(t, "service-object", strings.TrimPrefix(member, "service-object "))
			proto := strings.ToLower(o[0])
			switch {
			case o[1] != o[2]:
				t.Errorf("%s is a range", member)
			case m[1] == "WAN" && m[2] == "LAN" && m[3] == "any" && m[5] == "X1_IP" && nat[m[4]] != "":
				out = append(out, "in "+proto+" "+nat[m[4]]+" "+o[1])
			case m[1] == "LAN" && m[2] == "WAN" && m[3] != "any":
				from, to := s.object(t, "address-object ipv4", m[3]), m[5]
				src := from[1]
				if from[0] == "network" && from[2] == "255.255.255.0" {
					src += "/24"
				}
				if to != "any" {
					to = s.object(t, "address-object fqdn", to)[1]
				}
				out = append(out, "out "+proto+" "+src+" to "+to+" "+o[1])
			default:
				t.Errorf("neither in nor out, or not translated: %s", l)
			}
		}
	}
	slices.Sort(out)
	return out
}

func (s *sonicStore) left() []string { return s.leftBut(regexp.MustCompile(`^$`)) }

func TestSonicWallPaste(t *testing.T) {
	testPaste(t, pasteTest{id: "sonicwall/cli", want: namedOpenings(t), fresh: func() device {
		return &sonicStore{modeStore{sonicForms, sonicKinds, func(l string) string { return l }, map[string][]string{}}}
	}})
}

// TestSonicWallCommit: nothing is live before somebody has seen that no line was
// refused.
func TestSonicWallCommit(t *testing.T) {
	p := pasteTest{id: "sonicwall/cli"}
	paste, steps, _ := strings.Cut(text(p.guide(t, pasteCases()["server"]), "apply"), "\n1. ")
	if strings.Contains(paste, "commit") {
		t.Errorf("the paste commits:\n%s", paste)
	}
	inOrder(t, steps, "every line taken", "`commit`", "refused", "`cancel`")
}
