package router_test

import (
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/router"
)

// opening is what one rule of a device lets through, in one line.
type opening = string

// pasteCase is a guide to be pasted.
type pasteCase struct {
	side     router.Side
	outbound string
	deploy   rules.Case
	wants    []router.Want
}

// pasteCases are the guides that every router with a command line must get
// right; what they open is told in the router's own test.
func pasteCases() map[string]pasteCase {
	return map[string]pasteCase{
		"server": {
			side: router.SideServer, outbound: "open", deploy: rules.CaseInternet, wants: append(inboundWants(), webhookWants()...),
		},
		"webhook in a LAN": {
			side: router.SideSite, outbound: "open", deploy: rules.CaseLAN, wants: webhookWants(),
		},
		"server, outbound closed": {
			side: router.SideServer, outbound: "closed", deploy: rules.CaseInternet,
			wants: append(outboundWants(), router.Want{Code: "1.3", Proto: "tcp", Ports: []uint16{443}, Hosts: []string{"docker.io", "registry.hub.docker.com"}}),
		},
		"hubs, outbound closed": {
			side: router.SideHubs, outbound: "closed", deploy: rules.CaseInternet, wants: hubWants(),
		},
	}
}

// inOpenings are ports that are translated to the server and let through.
func inOpenings(ports ...string) []opening {
	var out []opening
	for _, p := range ports {
		out = append(out, "in tcp 192.168.178.20 "+p)
	}
	return out
}

// pasteTest is a router, or one way of its owner to set it up.
type pasteTest struct {
	id     string
	inputs map[string]string
	fresh  func() device
	want   map[string][]opening // by the name of the case
}

func (p pasteTest) guide(t *testing.T, c pasteCase) router.Guide {
	t.Helper()
	s := webSite()
	s.Outbound, s.Case = c.outbound, c.deploy
	g := render(t, p.id, router.Request{Side: c.side, Site: s, Inputs: p.inputs, Wants: c.wants, Lang: "en"})
	for _, part := range []router.Part{router.Prepare, router.Apply, router.Verify, router.Undo, router.Notes} {
		if text(g, part) == "" {
			t.Errorf("no block %s", part)
		}
	}
	return g
}

// device is what a paste changes: sections or rules, each with its options.
type device interface {
	run(t *testing.T, text string)
	openings(t *testing.T) []opening
	left() []string // what is there beside the owner's own
}

func testPaste(t *testing.T, p pasteTest) {
	cases := pasteCases()
	for name, c := range bookCases(t) {
		if len(p.want[name]) > 0 {
			cases[name] = c
		}
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			g, d := p.guide(t, c), p.fresh()
			d.run(t, text(g, router.Apply))
			d.run(t, text(g, router.Apply))
			got, exp := d.openings(t), slices.Sorted(slices.Values(p.want[name]))
			if !slices.Equal(got, exp) {
				t.Errorf("after two pastes:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(exp, "\n"))
			}
			// A later guide for one missing row takes nothing away from the first.
			one := c
			one.wants = c.wants[:1]
			d.run(t, text(p.guide(t, one), router.Apply))
			for _, o := range exp {
				if !slices.Contains(d.openings(t), o) {
					t.Errorf("a guide for the first row alone took away: %s", o)
				}
			}
			d.run(t, text(p.guide(t, one), router.Undo))
			d.run(t, text(g, router.Undo))
			if l := d.left(); len(l) > 0 {
				t.Errorf("left after undo: %q", l)
			}
		})
	}
}

// uciStore is a small uci: section and option, "sops_in_443.proto".
type uciStore map[string]string

func (u uciStore) run(t *testing.T, code string) {
	t.Helper()
	const stub = "uci() { for a in \"$@\"; do printf '%s\\t' \"$a\"; done; echo; }\nfw4() { :; }\nservice() { :; }\n"
	code = strings.ReplaceAll(code, "/etc/init.d/firewall", "service firewall") // a path cannot be stubbed
	out, err := exec.CommandContext(t.Context(), "sh", "-c", stub+code).Output()
	if err != nil {
		t.Fatalf("sh: %v in\n%s", err, code)
	}
	committed := false
	for line := range strings.Lines(string(out)) {
		args := strings.Split(strings.TrimSuffix(line, "\t\n"), "\t")
		committed = slices.Equal(args, []string{"commit", "firewall"})
		if committed {
			continue
		}
		verb, arg := strings.Join(args[:len(args)-1], " "), args[len(args)-1]
		key, value, assigned := strings.Cut(arg, "=")
		key, ok := strings.CutPrefix(key, "firewall.")
		section, option, _ := strings.Cut(key, ".")
		if !ok || !regexp.MustCompile(`^sops_[a-z0-9_]+$`).MatchString(section) {
			t.Fatalf("touches what is not ours: %q", args)
		}
		switch {
		case verb == "-q delete" && !assigned && option == "":
			for k := range u {
				if k == section || strings.HasPrefix(k, section+".") {
					delete(u, k)
				}
			}
		case verb == "set" && assigned:
			if option != "" && u[section] == "" {
				t.Fatalf("option before its section: %q", args)
			}
			u[key] = value
		case verb == "add_list" && assigned && u[section] != "":
			u[key] = strings.TrimPrefix(u[key]+","+value, ",")
		default:
			t.Fatalf("unknown uci call: %q", args)
		}
	}
	if !committed {
		t.Error("the last uci call is no commit")
	}
}

func (u uciStore) openings(t *testing.T) []opening {
	t.Helper()
	var out []opening
	for s, kind := range u {
		if strings.Contains(s, ".") {
			continue
		}
		o := func(k string) string { return u[s+"."+k] }
		if !strings.HasPrefix(o("name"), "SOPS ") {
			t.Errorf("section %s is called %q", s, o("name"))
		}
		switch target := o("target"); {
		case kind == "redirect" && target == "DNAT" && o("family") == "ipv4":
			out = append(out, fmt.Sprintf("redirect %s from %s to %s %s %s to %s", o("proto"), o("src"), o("dest"), o("dest_ip"), o("src_dport"), o("dest_port")))
		case kind == "rule" && target == "ACCEPT":
			out = append(out, fmt.Sprintf("rule %s from %s %s to %s %s", o("proto"), o("src"), o("src_ip"), o("dest"), o("dest_port")))
		default:
			t.Errorf("section %s is a %s with target %q", s, kind, target)
		}
	}
	sort.Strings(out)
	return out
}

func (u uciStore) left() []string {
	var out []string
	for k := range u {
		out = append(out, k)
	}
	return out
}

func TestOpenWrtPaste(t *testing.T) {
	dnat := func(ports ...string) []opening {
		var out []opening
		for _, p := range ports {
			out = append(out, "redirect tcp from wan to lan 192.168.178.20 "+p+" to "+p)
		}
		return out
	}
	want := map[string][]opening{
		"server":           dnat("80", "443", "1883", "8443", "8883", "8888"),
		"webhook in a LAN": dnat("80", "443"),
		"server, outbound closed": {
			"rule tcp from lan 192.168.178.20 to wan 443", "rule tcp from lan 192.168.178.20 to wan 8433", "rule udp from lan 192.168.178.20 to wan 123",
		},
		"hubs, outbound closed": {
			"rule tcp from lan 192.168.60.0/24 to wan 80", "rule tcp from lan 192.168.60.0/24 to wan 8443", "rule tcp from lan 192.168.60.0/24 to wan 8883",
		},
	}
	for _, id := range []string{"openwrt", "glinet/uci"} {
		t.Run(id, func(t *testing.T) {
			testPaste(t, pasteTest{id: id, fresh: func() device { return uciStore{} }, want: want})
		})
	}
}

// TestCLIHostileInput: values of the owner stay one word, or are refused.
func TestCLIHostileInput(t *testing.T) {
	for name, c := range map[string]struct{ id, input, value string }{
		"mikrotik second command": {"mikrotik", "wan", "WAN;/system reset"},
		"mikrotik help":           {"mikrotik", "wan", "WAN?"},
		"openwrt command":         {"openwrt", "wan", "$(reboot)"},
		"openwrt quote":           {"openwrt", "lan", "lan'x"},
		"fortigate end":           {"fortigate", "wan", "wan1\" next"},
		"palo alto second word":   {"paloalto", "lan", "trust source any"},
		"cisco second entry":      {"cisco-ios", "acl_in", "OUT permit ip any any"},
		"asa bracket":             {"cisco-asa", "wan", "outside) any"},
		"juniper second command":  {"juniper-srx", "lan", "trust;delete"},
		"vyos quote":              {"vyos/vyos14", "wan", "eth0';reboot'"},
		"edgerouter pipe":         {"edgeos", "in_rules", "WAN_IN|sh"},
		"sonicwall quote":         {"sonicwall/cli", "wan", `X1"`},
	} {
		t.Run(name, func(t *testing.T) {
			v := variant(t, c.id)
			g, err := v.Render(router.Request{Side: router.SideServer, Site: webSite(), Inputs: map[string]string{c.input: c.value}, Wants: inboundWants(), Lang: "en"})
			if err == nil || len(g.Blocks) > 0 {
				t.Errorf("%q gave a guide, error %v; want it refused", c.value, err)
			}
		})
	}
}
