package router_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	iosNAT  = "https://www.cisco.com/c/en/us/td/docs/ios-xml/ios/ipaddr/command/ipaddr-cr-book/ipaddr-i4.html"
	iosACL  = "https://cisco.com/en/US/docs/ios-xml/ios/sec_data_acl/configuration/15-e/sec-named-acl-support-for-noncontiguous-ports.html"
	iosZone = "https://www.cisco.com/c/en/us/td/docs/ios-xml/ios/sec_data_zbf/configuration/xe-17/sec-data-zbf-xe-17-book/sec-zone-pol-fw.html"
)

// iosForms are the configuration lines of our text.
var iosForms = []modeForm{
	{"", "ip nat inside source static <proto> <ip> <port> interface <iface> <port>", "", iosNAT},
	{"", "ip access-list extended <name>", "acl", iosACL},
	{"acl", "<seq> permit <proto> any host <ip> eq <port>", "", iosACL},
	{"acl", "<seq> permit <proto> host <ip> any eq <port>", "", iosACL},
	{"acl", "<seq> permit <proto> <ip> <ip> any eq <port>", "", iosACL},
	{"acl", "permit <proto> any host <ip> eq <port>", "", iosACL},
	{"acl", "permit <proto> host <ip> any eq <port>", "", iosACL},
	{"acl", "permit <proto> <ip> <ip> any eq <port>", "", iosACL},
	{"", "class-map type inspect match-all <name>", "class", iosZone},
	{"class", "match access-group name <name>", "", iosZone},
	{"", "policy-map type inspect <name>", "policy", iosZone},
	{"policy", "class type inspect <name>", "policy class", iosZone},
	{"policy class", "inspect", "", iosZone},
}

var (
	iosKinds = map[string]string{
		"proto": "tcp|udp", "ip": `[0-9.]+`, "port": `\d{1,5}`, "iface": `\S+`, "seq": `\d{1,9}`, "name": `[A-Za-z][A-Za-z0-9_-]*`,
	}
	iosNumber  = regexp.MustCompile(`^\d+ `)
	iosForward = regexp.MustCompile(`^ip nat inside source static (tcp|udp) (\S+) (\d+) interface GigabitEthernet0/0 (\d+)$`)
	iosIn      = regexp.MustCompile(`^(?:\d+ )?permit (tcp|udp) any host (\S+) eq (\d+)$`)
	iosOut     = regexp.MustCompile(`^(?:\d+ )?permit (tcp|udp) (host )?(\S+) (0\.0\.0\.255 )?any eq (\d+)$`)
	iosOwners  = regexp.MustCompile(`^(ip access-list extended (OUTSIDE|INSIDE)-IN|policy-map type inspect (IN|OUT)-POLICY)$`)
)

// iosStore is a small router.
type iosStore struct {
	modeStore
	inputs map[string]string
}

func (s *iosStore) run(t *testing.T, code string) {
	t.Helper()
	last := ""
	s.modeStore.run(t, code, func(line string, _ []at) bool {
		return line == "configure terminal" || line == "end" || line == "yes"
	})
	for line := range strings.Lines(code) { // the router asks only after the end of a forward
		if line == "yes\n" && !strings.HasPrefix(last, "no ip nat inside source static ") {
			t.Error("yes where nothing is asked")
		}
		last = line
	}
	if code != "\n" && !strings.HasSuffix(strings.TrimSpace(code), "end") {
		t.Error("the text does not end configuration mode")
	}
}

// lists are the access lists through which a direction passes.
func (s *iosStore) lists(t *testing.T, acl, policy string) []string {
	t.Helper()
	var out []string
	if acl != "" {
		out = append(out, acl)
	}
	path := "policy-map type inspect " + policy
	for _, l := range s.lines[path] {
		name := strings.TrimPrefix(l, "class type inspect ")
		if !slices.Equal(s.lines[path+"\n"+l], []string{"inspect"}) || !slices.Equal(s.lines["class-map type inspect match-all "+name], []string{"match access-group name " + name}) {
			t.Errorf("class %s neither inspects nor has its list", name)
		}
		out = append(out, name)
	}
	return out
}

func (s *iosStore) openings(t *testing.T) []opening {
	t.Helper()
	var out []opening
	passes := map[string]bool{}
	public := map[bool]string{true: "203.0.113.5", false: "192.168.178.20"}[s.inputs["acl_in"] != ""]
	for _, list := range s.lists(t, s.inputs["acl_in"], s.inputs["policy_in"]) {
		for _, l := range s.lines["ip access-list extended "+list] {
			m := iosIn.FindStringSubmatch(l)
			if m == nil || m[2] != public {
				t.Errorf("%s lets in: %s", list, l)
				continue
			}
			passes[m[1]+" "+m[3]] = true
		}
	}
	for _, l := range s.lines[""] {
		if m := iosForward.FindStringSubmatch(l); m != nil && m[3] == m[4] {
			key := m[1] + " " + m[3]
			if len(s.inputs) > 0 && !passes[key] {
				t.Errorf("%s is translated and not let in", key)
			}
			delete(passes, key)
			out = append(out, "in "+m[1]+" "+m[2]+" "+m[3])
		}
	}
	for key := range passes {
		t.Errorf("%s is let in and not translated", key)
	}
	for _, list := range s.lists(t, s.inputs["acl_out"], s.inputs["policy_out"]) {
		for _, l := range s.lines["ip access-list extended "+list] {
			m := iosOut.FindStringSubmatch(l)
			if m == nil {
				t.Errorf("%s lets out: %s", list, l)
				continue
			}
			out = append(out, "out "+m[1]+" "+m[3]+map[string]string{"": "/24"}[m[2]]+" to any "+m[5])
		}
	}
	slices.Sort(out)
	return out
}

func (s *iosStore) left() []string { return s.leftBut(iosOwners) }

func TestCiscoIOSPaste(t *testing.T) {
	for name, inputs := range map[string]map[string]string{
		"access lists": {"acl_in": "OUTSIDE-IN", "acl_out": "INSIDE-IN"},
		"zones":        {"policy_in": "IN-POLICY", "policy_out": "OUT-POLICY"},
	} {
		t.Run(name, func(t *testing.T) {
			testPaste(t, pasteTest{id: "cisco-ios", inputs: inputs, want: portOpenings(t), fresh: func() device {
				return &iosStore{modeStore{iosForms, iosKinds, func(l string) string { return iosNumber.ReplaceAllString(l, "") }, map[string][]string{}}, inputs}
			}})
		})
	}
}

// TestCiscoIOSUnfiltered: without lists and zones a forward is all, and what
// goes out is told in words.
func TestCiscoIOSUnfiltered(t *testing.T) {
	p := pasteTest{id: "cisco-ios"}
	apply := text(p.guide(t, pasteCases()["webhook in a LAN"]), "apply")
	if strings.Count(apply, "ip nat inside source static tcp 192.168.178.20 ") != 2 || strings.Contains(apply, "permit") {
		t.Errorf("want two forwards alone:\n%s", apply)
	}
	inOrder(t, text(p.guide(t, pasteCases()["hubs, outbound closed"]), "apply"), "on the screen of the inputs", "from the hubs: **TCP** `8443` to `sops.example.com`")
}
