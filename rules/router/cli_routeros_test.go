package router_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules/router"
)

func variant(t *testing.T, id string) *router.Variant {
	t.Helper()
	c, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	_, v, err := c.Find(id, "")
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// rosAdd are the menus with the arguments of add that our text may use, from
// the vendor's command trees as devices export them (both 6 and 7 know these):
// https://github.com/tikoci/restraml (docs/7.9 to docs/7.24),
// https://wiki.mikrotik.com/wiki/Manual:IP/Firewall/Filter (6).
var rosAdd = map[string][]string{
	"/ip firewall nat":          {"chain", "action", "protocol", "dst-port", "in-interface-list", "to-addresses", "comment"},
	"/ip firewall filter":       {"chain", "action", "connection-state", "connection-nat-state", "protocol", "in-interface-list", "src-address", "src-address-list", "dst-address", "dst-address-list", "dst-port", "comment"},
	"/ip firewall address-list": {"list", "address", "comment"},
}

// rosMove are the lines that put our filter rules in front of the first drop.
var rosMove = []string{
	`:local d [/ip firewall filter find where chain=forward action=drop dynamic=no]`,
	`:if ([:len $d] > 0) do={ :foreach r in=[/ip firewall filter find where comment~"^SOPS "] do={ /ip firewall filter move $r destination=($d->0) } }`,
}

var (
	rosRemove = regexp.MustCompile(`^(/ip (?:firewall (?:nat|filter|address-list)|dns static)) remove \[find where comment="(SOPS (?:in|out|hub) [A-Za-z0-9 .,-]+)"\]$`)
	rosAdds   = regexp.MustCompile(`^(/ip firewall (?:nat|filter|address-list)) add (.+)$`)
	rosArg    = regexp.MustCompile(`^([a-z-]+)=("[^"\\$?]*"|[A-Za-z0-9.:/,_-]+)(?: |$)`)
)

// rosItem is one line of a menu.
type rosItem struct {
	menu string
	args map[string]string
}

// rosStore is a small RouterOS that knows add and remove.
type rosStore struct{ items []rosItem }

func (s *rosStore) run(t *testing.T, code string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(code), "\n")
	if lines[0] == "{" {
		n := len(lines)
		if lines[n-1] != "}" || !slices.Equal(lines[n-3:n-1], rosMove) {
			t.Fatalf("want the moves and a closing brace at the end:\n%s", code)
		}
		lines = lines[1 : n-3]
	}
	for _, l := range lines {
		if m := rosRemove.FindStringSubmatch(l); m != nil {
			s.items = slices.DeleteFunc(s.items, func(i rosItem) bool { return i.menu == m[1] && i.args["comment"] == m[2] })
			continue
		}
		m := rosAdds.FindStringSubmatch(l)
		if m == nil {
			t.Fatalf("unknown command: %s", l)
		}
		s.add(t, m[1], m[2])
	}
}

func (s *rosStore) add(t *testing.T, menu, rest string) {
	t.Helper()
	args := map[string]string{}
	for rest != "" {
		m := rosArg.FindStringSubmatch(rest)
		if m == nil || !slices.Contains(rosAdd[menu], m[1]) || args[m[1]] != "" {
			t.Fatalf("%s add: cannot read %s", menu, rest)
		}
		args[m[1]] = strings.Trim(m[2], `"`)
		rest = rest[len(m[0]):]
	}
	if !strings.HasPrefix(args["comment"], "SOPS ") {
		t.Errorf("%s add: comment %q does not begin with SOPS", menu, args["comment"])
	}
	for _, i := range s.items {
		if menu == "/ip firewall address-list" && i.menu == menu && i.args["list"] == args["list"] && i.args["address"] == args["address"] {
			t.Errorf("already have such entry: %s in %s", args["address"], args["list"])
		}
	}
	s.items = append(s.items, rosItem{menu, args})
}

// list are the addresses of a list, sorted.
func (s *rosStore) list(name string) string {
	var out []string
	for _, i := range s.items {
		if i.menu == "/ip firewall address-list" && i.args["list"] == name {
			out = append(out, i.args["address"])
		}
	}
	slices.Sort(out)
	return strings.Join(out, ",")
}

func (s *rosStore) openings(t *testing.T) []opening {
	t.Helper()
	var out []opening
	for _, i := range s.items {
		a := i.args
		switch {
		case i.menu == "/ip firewall address-list":
		case i.menu == "/ip firewall nat" && a["chain"] == "dstnat":
			out = append(out, fmt.Sprintf("nat %s %s from in %s to %s %s", a["action"], a["protocol"], a["in-interface-list"], a["to-addresses"], a["dst-port"]))
		case a["chain"] == "forward" && a["connection-state"] == "new" && a["connection-nat-state"] != "":
			out = append(out, fmt.Sprintf("filter %s %s %s from in %s to %s %s", a["action"], a["connection-nat-state"], a["protocol"], a["in-interface-list"], a["dst-address"], a["dst-port"]))
		case a["chain"] == "forward" && a["connection-state"] == "new":
			from := a["src-address"] + s.list(a["src-address-list"])
			out = append(out, fmt.Sprintf("filter %s %s from %s to %s %s", a["action"], a["protocol"], from, s.list(a["dst-address-list"]), a["dst-port"]))
		default:
			t.Errorf("neither a forward nor a rule of the forward chain: %v", i)
		}
	}
	slices.Sort(out)
	return out
}

func (s *rosStore) left() []string {
	var out []string
	for _, i := range s.items {
		out = append(out, i.menu+" "+i.args["comment"])
	}
	return out
}

func mikrotik() pasteTest {
	const via, ip = "in WAN", "192.168.178.20"
	forward := func(ports string) []opening {
		return []opening{
			"filter accept dstnat tcp from " + via + " to " + ip + " " + ports,
			"nat dst-nat tcp from " + via + " to " + ip + " " + ports,
		}
	}
	return pasteTest{id: "mikrotik", fresh: func() device { return &rosStore{} }, want: map[string][]opening{
		"server":           slices.Concat(forward("80,443"), forward("1883,8888"), forward("8443,8883")),
		"webhook in a LAN": forward("80,443"),
		"server, outbound closed": {
			"filter accept tcp from " + ip + " to docker.io,registry.hub.docker.com 443",
			"filter accept tcp from " + ip + " to up.sync-sign.com 443,8433",
			"filter accept udp from " + ip + " to pool.ntp.org 123",
		},
		"hubs, outbound closed": {
			"filter accept tcp from 192.168.60.0/24 to pub.sync-sign.com 80",
			"filter accept tcp from 192.168.60.0/24 to sops.example.com 8443,8883",
		},
	}}
}

func TestMikroTikPaste(t *testing.T) {
	for _, id := range []string{"mikrotik/ros7", "mikrotik/ros6"} {
		t.Run(id, func(t *testing.T) {
			p := mikrotik()
			p.id = id
			testPaste(t, p)
		})
	}
}

// TestMikroTikText: nothing that RouterOS 6 would take for a call for help, and
// braces and brackets that close.
func TestMikroTikText(t *testing.T) {
	for name, c := range pasteCases() {
		t.Run(name, func(t *testing.T) {
			p := mikrotik()
			p.id = "mikrotik/ros6"
			g := p.guide(t, c)
			for _, b := range g.Blocks {
				if b.Kind != router.Code {
					continue
				}
				if strings.Contains(b.Text, "?") {
					t.Errorf("a question mark in %s", b.Part)
				}
				for _, pair := range []string{"{}", "[]", "()"} {
					if strings.Count(b.Text, pair[:1]) != strings.Count(b.Text, pair[1:]) {
						t.Errorf("%s: %s do not close", b.Part, pair)
					}
				}
				for l := range strings.Lines(b.Text) {
					if strings.Count(l, `"`)%2 != 0 {
						t.Errorf("quotes do not close: %s", l)
					}
				}
			}
		})
	}
}
