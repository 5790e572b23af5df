package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/wizard"
)

// answers makes the name server of a LAN, at an address of its router, give
// another answer for the server's name; none means that there is no such name.
func (c *customer) answers(router, of string, addrs ...string) (mend func()) {
	n := c.net
	name := ""
	for _, a := range addrs {
		name += "host-record=" + c.domain + "," + a + "\n"
	}
	if len(addrs) == 0 {
		name = "local=/" + c.domain + "/\n"
	}
	stop := n.Daemon(router, "dnsmasq", "-k", "-C", n.File(router+".other", "no-resolv\nno-hosts\ncache-size=0\nserver=198.51.100."+atDNS+"\n"+name+
		"port=5353\nlisten-address="+of+"\nbind-interfaces\nuser=root\npid-file=\n"))
	n.Await(router, "5353/udp")
	n.NFT(router, `table inet other {
	chain dns { type nat hook prerouting priority -110; iifname "lan" ip daddr `+of+` meta l4proto { tcp, udp } th dport 53 redirect to :5353; }
}`)
	return func() {
		n.NFT(router, "delete table inet other")
		stop()
	}
}

// TestLabName lets the server's name lead elsewhere, as seen from the server, a
// hub's network and outside.
func TestLabName(t *testing.T) {
	l := newLab(t)
	other := "198.51.100." + atLiar
	outside := l.otherDNS(t)
	for _, from := range []string{"server", "hub", "internet"} {
		ns, as := fault{from: from}.place(l.customer, l.outside)
		healthy := l.observe(ns, as)
		l.allWell(healthy, from)
		for _, tt := range []struct {
			from    string
			answers []string
			want    string // as in fault
			causes  string
			says    string
		}{
			{"server", []string{"192.168.50.10"}, "", "name.split", "192.168.50.10"},
			{"server", []string{"192.168.50.20"}, "", "name.elsewhere", "192.168.50.20"},
			{"server", []string{"198.51.100.99"}, "[45].* * skipped name.elsewhere", "name.elsewhere", "203.0.113.5"},
			{"server", []string{l.public, "198.51.100.99"}, "", "name.elsewhere", "198.51.100.99"},
			{"server", []string{l.public, "2001:db8:20::10"}, "", "", ""},
			{"server", nil, "", "name.none", "sops.example.com"},
			{"hub", []string{other}, "[45].* * skipped name.elsewhere\n6.[123] * skipped name.elsewhere", "name.elsewhere", "203.0.113.5"},
			{"hub", []string{l.public}, "", "", ""},
			{"internet", []string{other}, "[45].* * skipped name.elsewhere", "name.elsewhere", "203.0.113.5"},
			{"internet", []string{"192.168.50.10"}, "[45].* * skipped name.elsewhere", "name.elsewhere", "203.0.113.5"},
			{"internet", []string{l.public}, "", "", ""},
		} {
			if tt.from != from {
				continue
			}
			var mend func()
			switch from {
			case "server":
				mend = l.answers(l.router, "192.168.50.1", tt.answers...)
			case "hub":
				mend = l.answers(l.office, "192.168.60.1", tt.answers...)
			case "internet":
				mend = outside(tt.answers...)
			}
			o := l.observe(ns, as)
			mend()
			l.compare(fault{from: from, want: tt.want, causes: tt.causes}, o, healthy)
			for _, c := range o.rep.Causes {
				if !strings.Contains(c.Said+c.Todo, tt.says) {
					t.Errorf("from %s, %v: %q, %q do not say %q", from, tt.answers, c.Said, c.Todo, tt.says)
				}
			}
			if skipped := strings.Contains(tt.want, "skipped"); skipped != (o.exit == 3) {
				t.Errorf("from %s, %v: exit %d", from, tt.answers, o.exit)
			}
			if t.Failed() {
				t.Fatalf("from %s, %v", from, tt.answers)
			}
		}
	}
}

// otherDNS gives the computer outside a name server of its own, whose answer for
// the server's name can be set.
func (l *lab) otherDNS(t *testing.T) func(addrs ...string) (mend func()) {
	l.net.IP(l.inet, "addr add 198.51.100.54/32 dev lo")
	return func(addrs ...string) func() {
		name := "host-record=" + l.domain + "," + strings.Join(addrs, ",") + "\n"
		stop := l.net.For(t).Daemon(l.inet, "dnsmasq", "-k", "-C", l.net.File("other.dns", "no-resolv\nno-hosts\ncache-size=0\nserver=198.51.100."+atDNS+"\n"+name+
			"listen-address=198.51.100.54\nbind-interfaces\nuser=root\npid-file=\n"))
		l.net.NFT(l.outside, "table inet other {\n chain dns { type nat hook output priority -110; ip daddr 198.51.100."+atDNS+" meta l4proto { tcp, udp } th dport 53 dnat ip to 198.51.100.54; }\n}")
		return func() {
			l.net.NFT(l.outside, "delete table inet other")
			stop()
		}
	}
}

// natPMP is a router's NAT-PMP that tells an address, whatever that is: the real
// daemon keeps one to itself that is not the Internet's.
func (c *customer) natPMP(addr string) (stop func()) {
	pc := c.net.ListenUDP(c.router, "192.168.50.1:5351")
	answer := []byte{0, 128, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0}
	_, _ = fmt.Sscanf(addr, "%d.%d.%d.%d", &answer[8], &answer[9], &answer[10], &answer[11])
	go func() {
		in := make([]byte, 64)
		for {
			n, from, err := pc.ReadFrom(in)
			if err != nil {
				return
			}
			if n == 2 { // the question that changes nothing
				_, _ = pc.WriteTo(answer, from)
			}
		}
	}()
	return func() { _ = pc.Close() }
}

// TestLabRouterAddress: a router that has no address of the Internet, or another
// one than it arrives at, before a test from outside, after one that did not
// arrive, and after one that did.
func TestLabRouterAddress(t *testing.T) {
	l := newLab(t, "miniupnpd")
	l.sopsDown()
	for _, tt := range []struct {
		name string
		tell func() (stop func())
		two  bool   // the modem is a router in front
		nat  string // the reason; "" for nothing to say
		open string // its reason when it arrives, if another
	}{
		{"nothing told", func() func() { return func() {} }, true, "", ""},
		{"real daemon", func() func() { return l.opener(true, true) }, true, "nat.hidden", ""},
		{"private", func() func() { return l.natPMP("192.168.1.2") }, true, "nat.double", ""},
		{"shared", func() func() { return l.natPMP("100.64.7.2") }, true, "nat.cgnat", ""},
		{"its own", func() func() { return l.natPMP(l.public) }, false, "", ""},
		{"another one", func() func() { return l.natPMP(elsewhere) }, false, "name.elsewhere", "nat.other"},
	} {
		if tt.two {
			l.secondNAT()
		}
		stop := tt.tell()
		cause := func(o observed) string {
			var list []string
			for _, c := range o.rep.Causes {
				list = append(list, c.Reason+" "+c.Status)
				t.Logf("%s: %s\nDo: %s", tt.name, c.Said, c.Todo)
				l.plain(c.Said, c.Todo)
			}
			return strings.Join(list, ", ")
		}
		nat := func(status string) string {
			switch {
			case tt.nat == "" || tt.nat == "name.elsewhere" && status == "unproven":
				return ""
			case tt.nat == "name.elsewhere":
				return ""
			}
			return tt.nat + " " + status
		}

		// Nobody tried yet: it is a suspicion, and the rows wait.
		h := l.listen()
		if nat("unproven") != "" {
			h.says("[ ?  ]")
		}
		o := h.stopped()
		if got := cause(o); got != nat("unproven") {
			t.Errorf("%s, not tried: causes %q, want %q", tt.name, got, nat("unproven"))
		}
		o.all(t, tt.name+", not tried", notYet, nil)

		// Nothing arrives: it is the cause.
		if tt.two {
			h = l.listen()
			saved := filepath.Join(l.dir, "from-outside.json")
			out, _ := l.run(l.outside, "check", "--from", "internet", "--site", l.site(), "--code", h.code, "--save", saved, "--format", "json")
			h.stopped()
			o = l.withSaved(l.server, saved)
			if got := cause(o); got != nat("fail") {
				t.Errorf("%s, closed: causes %q, want %q\n%s", tt.name, got, nat("fail"), out)
			}
			want := "skipped " + tt.nat
			if tt.nat == "" {
				want = "fail tcp.refused"
			}
			o.only("4", "5").all(t, tt.name+", closed", want, nil)
			if o.exit != 3 {
				t.Errorf("%s, closed: exit %d", tt.name, o.exit)
			}
			l.net.NFT(l.modem, `add chain inet lab pre { type nat hook prerouting priority -100; }
add rule inet lab pre iifname "bridge0" tcp dport `+everyPort+` dnat ip to 192.168.1.2`)
		}

		// It arrives all the same: a remark.
		h = l.listen()
		l.proves(l.outside, l.domain, h.code).all(t, tt.name+", open, outside", proven, nil)
		o = h.ends()
		o.all(t, tt.name+", open", proven, nil)
		want := nat("note")
		if tt.open != "" {
			want = tt.open + " note"
		}
		if got := cause(o); got != want {
			t.Errorf("%s, open: causes %q, want %q", tt.name, got, want)
		}
		stop()
		if tt.two {
			l.oneNAT()
		}
	}
}

// says waits for a line with that text.
func (h *hearing) says(text string) {
	h.c.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range 500 {
		if strings.Contains(h.talk(), text) {
			return
		}
		<-tick.C
	}
	h.c.t.Fatalf("%q was not said:\n%s", text, h.talk())
}

// withSaved is observe with what another place saved.
func (c *customer) withSaved(ns, saved string, more ...string) observed {
	c.t.Helper()
	out, exit := c.run(ns, append([]string{"check", "--from", "server", "--site", c.site(), "--saved", saved, "--format", "json"}, more...)...)
	o := observed{rows: map[string]verdict{}, exit: exit}
	if err := json.Unmarshal([]byte(out), &o.rep); err != nil {
		c.t.Fatalf("check --saved: %v\n%s", err, out)
	}
	for _, r := range o.rep.Results {
		o.rows[c.row(r)] = verdict{r.Status, r.Reason}
	}
	return o
}

// only are the rows of some tables.
func (o observed) only(tables ...string) observed {
	o.rows = maps.Clone(o.rows)
	maps.DeleteFunc(o.rows, func(row string, _ verdict) bool {
		table, _, _ := strings.Cut(row, ".")
		return !slices.Contains(tables, table)
	})
	return o
}

// TestLabHairpin tries the rows that arrive from inside: what is proven from
// outside and does not connect inside is a note; nothing else changes, and a try
// from inside proves nothing.
func TestLabHairpin(t *testing.T) {
	l := newLab(t)
	h := l.listen()
	saved := filepath.Join(l.dir, "from-outside.json")
	l.run(l.outside, "check", "--from", "internet", "--site", l.site(), "--code", h.code, "--save", saved)
	h.stopped()
	before := l.withSaved(l.server, saved)
	on := routerRules{
		pre:  portForwards + `iifname "lan" ip daddr ` + l.public + ` tcp dport ` + everyPort + ` dnat ip to 192.168.50.10;`,
		post: `ip saddr 192.168.50.0/24 ip daddr 192.168.50.10 masquerade;`,
	}
	for name, tt := range map[string]struct {
		rules routerRules
		works bool
	}{
		"off": {rules: routerRules{pre: portForwards}},
		"on":  {rules: on, works: true},
	} {
		l.rules(l.router, tt.rules)
		o := l.withSaved(l.server, saved, "--hairpin")
		notes := 0
		for row, v := range o.rows {
			want := before.rows[row]
			if want.status == "pass" && want.reason == "in.proven" && !tt.works {
				want = verdict{"note", "nat.hairpin"}
				notes++
			}
			if v != want {
				t.Errorf("%s: %s is %v, want %v", name, row, v, want)
			}
		}
		if !tt.works && notes < 3 {
			t.Errorf("%s: %d rows were proven from outside: %v", name, notes, before.rows)
		}
		for _, r := range o.rep.Results {
			i := slices.IndexFunc(r.Layers, func(y wizard.ReportLayer) bool { return y.Layer == "inside" })
			switch table := strings.Contains(r.Table, "server-in"); {
			case table != (i >= 0):
				t.Errorf("%s: %s has the layers %+v", name, l.row(r), r.Layers)
			case table && tt.works && r.Layers[i].Status != "pass":
				t.Errorf("%s: %s: %+v", name, l.row(r), r.Layers[i])
			}
		}
		// Without a word from outside nothing is concluded.
		alone := l.observe(l.server, "server")
		out, _ := l.run(l.server, "check", "--from", "server", "--site", l.site(), "--hairpin", "--format", "json")
		var rep struct {
			Results []struct{ Code, Flow, Status, Reason, Said string }
		}
		if err := json.Unmarshal([]byte(out), &rep); err != nil {
			t.Fatal(err)
		}
		for _, r := range rep.Results {
			if (strings.HasPrefix(r.Code, "4.") || strings.HasPrefix(r.Code, "5.")) && (r.Status != "waiting" || !strings.Contains(r.Said, "From inside")) {
				t.Errorf("%s, nothing from outside: %+v", name, r)
			}
		}
		if len(alone.rep.Results) != len(rep.Results) {
			t.Errorf("%s: %d rows, want %d", name, len(rep.Results), len(alone.rep.Results))
		}
	}
	// A hub in the server's own network: its rows stay, and the card tells why.
	l.rules(l.router, routerRules{pre: portForwards})
	out, _ := l.run(l.device, "check", "--from", "hub", "--site", l.site(), "--saved", saved, "--format", "json")
	var rep wizard.Report
	if err := json.Unmarshal([]byte(out), &rep); err != nil {
		t.Fatal(err)
	}
	if len(rep.Causes) != 1 || rep.Causes[0].Reason != "nat.hairpin" || rep.Causes[0].Status != "note" || len(rep.Causes[0].Explains) != 6 {
		t.Errorf("a hub inside: causes %+v", rep.Causes)
	}
	for _, r := range rep.Results {
		if r.Table == "hubs-out" && r.Host == l.domain && (r.Status != "fail" || r.Reason != "tcp.refused") {
			t.Errorf("a hub inside: %+v", r)
		}
	}
	// Where the service is down, the router is not blamed.
	l.rules(l.router, on)
	l.sopsDown()
	for row, v := range l.withSaved(l.server, saved, "--hairpin").rows {
		if v.reason == "nat.hairpin" {
			t.Errorf("SOPS is down, and %s is %v", row, v)
		}
	}
	if out, exit := l.run(l.outside, "check", "--from", "internet", "--site", l.site(), "--hairpin"); exit != 2 || out != "" {
		t.Errorf("from outside: exit %d\n%s", exit, out)
	}
}
