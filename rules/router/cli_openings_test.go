package router_test

import (
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/assets"
	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/router"
)

// bookCases are guides for every row of the shipped rule book.
func bookCases(t *testing.T) map[string]pasteCase {
	t.Helper()
	dir, err := fs.Sub(assets.FS, "rules")
	if err != nil {
		t.Fatal(err)
	}
	book, err := rules.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	server := pasteCase{side: router.SideServer, outbound: "closed", deploy: rules.CaseInternet}
	hubs := pasteCase{side: router.SideHubs, outbound: "closed", deploy: rules.CaseInternet}
	for _, table := range book.Tables {
		for _, r := range table.Rows {
			if r.Proto == "ip" {
				continue
			}
			w := router.Want{Code: r.Code, RowID: r.ID, Inbound: table.Inbound(), Proto: r.Proto, Function: r.Function}
			for _, p := range r.Ports {
				w.Ports = append(w.Ports, p.Number)
			}
			for _, h := range r.Hosts {
				w.Hosts = append(w.Hosts, strings.ReplaceAll(h, rules.DomainToken, "sops.example.com"))
			}
			c := &server
			if table.From == rules.FromHub {
				c = &hubs
			}
			c.wants = append(c.wants, w)
		}
	}
	return map[string]pasteCase{"every row of the server": server, "every row of the hubs": hubs}
}

// opens are the openings that the rows of a case ask for, each once. The pool of
// time servers has no fixed names; a router that cannot tie a rule to a name
// opens the port alone.
func opens(c pasteCase, portsOnly bool) []opening {
	from := "192.168.178.20"
	if c.side == router.SideHubs {
		from = "192.168.60.0/24"
	}
	var out []opening
	for _, w := range c.wants {
		for _, p := range w.Ports {
			port := strconv.Itoa(int(p))
			switch {
			case w.Inbound:
				out = append(out, "in "+w.Proto+" 192.168.178.20 "+port)
			case portsOnly || p == 123:
				out = append(out, "out "+w.Proto+" "+from+" to any "+port)
			default:
				for _, h := range w.Hosts {
					out = append(out, "out "+w.Proto+" "+from+" to "+h+" "+port)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// namedOpenings are the openings of pasteCases by port and name; the pool of
// time servers has no fixed names.
func namedOpenings(t *testing.T) map[string][]opening {
	t.Helper()
	w := map[string][]opening{
		"server":           inOpenings("80", "443", "1883", "8443", "8883", "8888"),
		"webhook in a LAN": inOpenings("80", "443"),
		"server, outbound closed": {
			"out tcp 192.168.178.20 to docker.io 443", "out tcp 192.168.178.20 to registry.hub.docker.com 443",
			"out tcp 192.168.178.20 to up.sync-sign.com 443", "out tcp 192.168.178.20 to up.sync-sign.com 8433",
			"out udp 192.168.178.20 to any 123",
		},
		"hubs, outbound closed": {
			"out tcp 192.168.60.0/24 to pub.sync-sign.com 80",
			"out tcp 192.168.60.0/24 to sops.example.com 8443", "out tcp 192.168.60.0/24 to sops.example.com 8883",
		},
	}
	for name, c := range bookCases(t) {
		w[name] = opens(c, false)
	}
	return w
}

// portOpenings are those of a router that cannot tie a rule to a name.
func portOpenings(t *testing.T) map[string][]opening {
	t.Helper()
	w := namedOpenings(t)
	w["server, outbound closed"] = []opening{
		"out tcp 192.168.178.20 to any 443", "out tcp 192.168.178.20 to any 8433", "out udp 192.168.178.20 to any 123",
	}
	w["hubs, outbound closed"] = []opening{
		"out tcp 192.168.60.0/24 to any 80", "out tcp 192.168.60.0/24 to any 8443", "out tcp 192.168.60.0/24 to any 8883",
	}
	for name, c := range bookCases(t) {
		w[name] = opens(c, true)
	}
	return w
}
