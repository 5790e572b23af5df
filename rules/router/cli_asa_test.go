package router_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	asaObject = "https://www.cisco.com/c/en/us/td/docs/security/asa/asa-cli-reference/I-R/asa-command-ref-I-R/n-commands.html"
	asaList   = "https://easymanua.ls/cisco/asa-series/manual?p=562"
)

// asaForms are the configuration lines of our text; "line 1" is taken off first.
var asaForms = []modeForm{
	{"", "object network <ours>", "object", asaObject},
	{"object", "host <ip>", "", asaObject},
	{"object", "fqdn v4 <host>", "", asaObject},
	{"object", "nat <pair> static interface service <proto> <port> <port>", "", asaObject},
	{"", "access-list <name> extended permit <proto> any object <ours> eq <port>", "", asaList},
	{"", "access-list <name> extended permit <proto> host <ip> object <ours> eq <port>", "", asaList},
	{"", "access-list <name> extended permit <proto> host <ip> any eq <port>", "", asaList},
	{"", "access-list <name> extended permit <proto> <ip> <ip> object <ours> eq <port>", "", asaList},
}

var asaKinds = map[string]string{
	"ours": `SOPS-[A-Za-z0-9-]{1,59}`, "name": `[A-Za-z][A-Za-z0-9_-]*`, "ip": `[0-9.]+`, "host": `[a-z0-9.-]+`,
	"pair": `\([a-z]+,[a-z]+\)`, "proto": "tcp|udp", "port": `\d{1,5}`,
}

var (
	asaNAT   = regexp.MustCompile(`^nat \(inside,outside\) static interface service (tcp|udp) (\d+) (\d+)$`)
	asaIn    = regexp.MustCompile(`^access-list outside_access_in extended permit (tcp|udp) any object (\S+) eq (\d+)$`)
	asaOut   = regexp.MustCompile(`^access-list inside_access_in extended permit (tcp|udp) (?:host (\S+)|(\S+) 255\.255\.255\.0) (?:object (\S+)|any) eq (\d+)$`)
	asaNames = regexp.MustCompile(`object (SOPS-\S+) eq`)
)

// asaStore is a small ASA.
type asaStore struct{ modeStore }

func newASA() device {
	return &asaStore{modeStore{asaForms, asaKinds, func(l string) string { return l }, map[string][]string{}}}
}

func (s *asaStore) run(t *testing.T, code string) {
	t.Helper()
	code, _, _ = strings.Cut(code, "\n1. ") // the steps behind the paste
	for line := range strings.Lines(code) {
		if strings.HasPrefix(line, "access-list ") && !strings.Contains(line, " line 1 extended ") {
			t.Errorf("a line behind those of the owner: %s", line)
		}
	}
	code = strings.ReplaceAll(code, " line 1 extended ", " extended ")
	s.modeStore.run(t, code, func(line string, _ []at) bool { return line == "configure terminal" || line == "" })
	for _, l := range s.lines[""] { // what a list names must be there
		for _, name := range asaNames.FindAllStringSubmatch(l, -1) {
			if !slices.Contains(s.lines[""], "object network "+name[1]) {
				t.Errorf("names an object that is not there: %s", l)
			}
		}
	}
	if i, j := strings.Index(code, "no object network "), strings.LastIndex(code, "no access-list "); i >= 0 && i < j {
		name, _, _ := strings.Cut(code[i+len("no object network "):], "\n")
		if strings.Contains(code[i:], "object "+name+" eq") {
			t.Errorf("%s is deleted before the lines that name it", name)
		}
	}
}

// one is the only line of an object that fits.
func (s *asaStore) one(t *testing.T, object, prefix string) string {
	t.Helper()
	var out []string
	for _, l := range s.lines["object network "+object] {
		if rest, ok := strings.CutPrefix(l, prefix); ok {
			out = append(out, rest)
		}
	}
	if len(out) != 1 {
		t.Errorf("%s: %s%q, want one", object, prefix, out)
		return ""
	}
	return out[0]
}

// openings follows each line of the lists: the list sees the real address, and
// what arrives must be translated by the object it names.
func (s *asaStore) openings(t *testing.T) []opening {
	t.Helper()
	var out []opening
	for _, l := range s.lines[""] {
		if m := asaIn.FindStringSubmatch(l); m != nil {
			nat := asaNAT.FindStringSubmatch("nat " + s.one(t, m[2], "nat "))
			if nat == nil || nat[1] != m[1] || nat[2] != m[3] || nat[3] != m[3] {
				t.Errorf("%s is let in and not translated: %q", l, nat)
			}
			out = append(out, "in "+m[1]+" "+s.one(t, m[2], "host ")+" "+m[3])
			continue
		}
		m := asaOut.FindStringSubmatch(l)
		switch {
		case strings.HasPrefix(l, "object network "):
		case m == nil:
			t.Errorf("neither in nor out: %s", l)
		default:
			src, dst := m[2], "any"
			if m[3] != "" {
				src = m[3] + "/24"
			}
			if m[4] != "" {
				dst = s.one(t, m[4], "fqdn v4 ")
			}
			out = append(out, "out "+m[1]+" "+src+" to "+dst+" "+m[5])
		}
	}
	slices.Sort(out)
	return out
}

func (s *asaStore) left() []string { return s.leftBut(regexp.MustCompile(`^$`)) }

func TestCiscoASAPaste(t *testing.T) {
	testPaste(t, pasteTest{id: "cisco-asa", inputs: map[string]string{"acl_out": "inside_access_in"}, fresh: newASA, want: namedOpenings(t)})
}

// TestCiscoASAUnfiltered: without a list inside, what goes out is told in words,
// and how a new list is bound without taking the place of another.
func TestCiscoASAUnfiltered(t *testing.T) {
	p := pasteTest{id: "cisco-asa"}
	inOrder(t, text(p.guide(t, pasteCases()["hubs, outbound closed"]), "apply"), "on the screen of the inputs", "from the hubs: **TCP** `8443, 8883` to `sops.example.com`")
	apply := text(p.guide(t, pasteCases()["server"]), "apply")
	inOrder(t, apply, "access-list outside_access_in line 1", "prints no line", "`access-group outside_access_in in interface outside`", "leave it")
}
