package wizard

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/router"
)

// GuideDeps is what guides are made from.
type GuideDeps struct {
	Book    *rules.Book
	Routers *router.Catalogue
	Words   *Words
	Lang    string // of the guides; empty for that of Words
}

// SiteGuides are the instructions for each firewall of a site. onlyMissing
// leaves out what board proved open; board may be nil, then nothing is proven.
func SiteGuides(d GuideDeps, site Site, board *Board, onlyMissing bool) []SideGuide {
	var out []SideGuide
	for _, fw := range site.Firewalls {
		out = append(out, d.guide(site, fw, board, onlyMissing))
	}
	return out
}

func (d GuideDeps) guide(site Site, fw Firewall, board *Board, onlyMissing bool) SideGuide {
	g := SideGuide{Side: fw.Side, Front: fw.Front, Title: d.Words.Text("guides.sides."+string(fw.spot()), nil)}
	id := fw.Router
	if id == "" {
		id = genericID
	}
	v, err := findRouter(d.Routers, id, fw.Generation)
	if err != nil {
		g.Err = d.Words.Spoken(err)
		return g
	}
	w := d.wants(site, fw.Side, board, onlyMissing)
	to := d.twoDevices(&g, site, fw, routerSite(site))
	var failed error
	g.Guide, failed = v.Render(router.Request{
		Side: fw.Side, Site: to, Inputs: fw.Inputs, Wants: w.out, Lang: firstText(d.Lang, d.Words.Lang()),
	})
	g.Err = d.Words.Spoken(failed)
	for i := range g.Guide.Gaps {
		g.Guide.Gaps[i].Say = d.Words.Say("guides.gaps." + g.Guide.Gaps[i].Key)
	}
	if fw.Front && !fw.To.IsValid() && !g.Guide.Nothing && v.Kind != router.None {
		d.nowhere(&g.Guide)
	}
	if g.Guide.Nothing {
		g.Lead = ""
		g.Why = w.why()
		g.Idle = d.Words.Text("guides.nothing."+string(g.Why), nil)
	} else if w.unseen && site.Outbound != OutboundOpen {
		g.Notes = append(g.Notes, d.Words.Text("guides.unseen", nil))
	}
	if w.unproven && onlyMissing {
		g.Notes = append(g.Notes, d.Words.Text("guides.unproven", nil))
	}
	if w.noName {
		g.Notes = append(g.Notes, d.Words.Text("guides.no-name", nil))
	}
	return g
}

// wants are the rows that the firewall of a side has to let through.
func (d GuideDeps) wants(site Site, side router.Side, board *Board, onlyMissing bool) wants {
	w := wants{site: site, side: side, states: states(board), missing: onlyMissing}
	for _, t := range tablesOf(d.Book, d.Words, site, side) {
		w.table(&t)
	}
	return w
}

// routerSite is the typed part of the answers.
func routerSite(s Site) router.Site {
	return router.Site{
		Domain: s.Server.Domain, LANIP: s.Server.LANIP, PublicIP: s.Server.PublicIP,
		Hubs: s.Hubs.Subnets, LAN: netip.Prefix{}, Outbound: string(s.Outbound), Case: s.Case,
	}
}

// tablesOf are the book's tables and that of the site's own sources, as far as
// they cross the firewall of a side: those in the LAN cross the server's own alone.
func tablesOf(book *rules.Book, w *Words, site Site, side router.Side) []rules.Table {
	tables := slices.Clone(book.Tables)
	if own, ok := ownSources(w, site); ok {
		own.Rows = slices.DeleteFunc(own.Rows, func(r rules.Row) bool {
			kind, _, _ := cutLast(r.ID, "-")
			return rules.Source(kind).InLAN() && side != router.SideHost
		})
		tables = append(tables, own)
	}
	return tables
}

func cutLast(s, sep string) (before, after string, ok bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// states are the board's verdicts by flow.
func states(b *Board) map[string]FlowView {
	out := map[string]FlowView{}
	if b == nil {
		return out
	}
	for _, t := range b.Views(false) {
		for _, r := range t.Rows {
			for _, f := range r.Flows {
				f.Status = f.Sure()
				out[f.Flow.Key] = f
			}
		}
	}
	return out
}

// wants collects the rows that one firewall has to let through.
type wants struct {
	site     Site
	side     router.Side
	states   map[string]FlowView
	missing  bool // leave out what is proven open
	out      []router.Want
	unproven bool // a row is in only because nobody proved it open
	noName   bool // a row was left out: the server's name is not known
	unseen   bool // a row of the way out was left out, and nobody looked at it yet
	unsure   bool // a row was left out that is not open: another cause, another firewall
}

// table adds the rows of a table that cross this firewall.
func (w *wants) table(t *rules.Table) {
	facts := w.site.Facts()
	switch {
	case t.Inbound() && w.side == router.SideHubs:
		return
	case (t.From == rules.FromHub) != (w.side == router.SideHubs):
		return
	}
	if w.side == router.SideHost {
		// Hubs in the LAN come by these ports too: only the router in between
		// has no rule for them.
		facts.Case = rules.CaseInternet
	}
	for i := range t.Rows {
		r := &t.Rows[i]
		ok, _ := t.Applies(r, facts)
		if !ok || r.Proto == "ip" {
			continue
		}
		if t.Inbound() {
			w.inbound(t, r)
		} else {
			w.outbound(t, r)
		}
	}
}

func (w *wants) inbound(t *rules.Table, r *rules.Row) {
	var ports []uint16
	for _, p := range r.Ports {
		v := w.state(t, r, w.site.Server.Domain, p.Number)
		half := v.Result.Code == check.TCPFamily // open, and shut for one family
		if w.missing && !half && (v.Status == check.Pass || v.Status == check.Note) {
			continue
		}
		w.unproven = w.unproven || v.Status != check.Fail && !half
		ports = append(ports, p.Number)
	}
	w.add(router.Want{Code: r.Code, RowID: r.ID, Inbound: true, Proto: r.Proto, Ports: ports, Row: numbers(r.Ports), Function: r.Function})
}

// outbound rows are written out only where the way out is closed: by answer,
// then all but what is proven; or by what the checks saw. A row is written
// whole: a later guide for half of it must not take the other half away, and
// an open way out is not harmed by a rule more.
func (w *wants) outbound(t *rules.Table, r *rules.Row) {
	closed := w.site.Outbound == OutboundClosed
	if w.missing && r.Any && w.anyOpen(t, r) {
		return
	}
	var hosts []string
	need, unseen, unsure := false, false, false
	for _, host := range r.Hosts {
		if host == rules.DomainToken {
			if host = w.site.Server.Domain; host == "" {
				w.noName = w.noName || closed
				w.unseen = true
				continue
			}
		}
		hosts = append(hosts, host)
		for _, p := range r.Ports {
			v := w.state(t, r, host, p.Number)
			open := v.Status == check.Pass || v.Status == check.Note || v.Status == check.NotNeeded
			red := blocked(v.Result) && w.blames(v.Result) && !v.Result.Provisional && (v.Status == check.Fail ||
				v.Status == check.Unproven && w.site.Outbound != OutboundOpen) // silent time servers are never Fail
			switch {
			case closed && !w.missing, closed && !open, red:
			default:
				looked := v.Result.Job.Key != "" && v.Status != check.Waiting && v.Status != check.Running
				unseen = unseen || !looked
				unsure = unsure || looked && !open
				continue
			}
			w.unproven = w.unproven || v.Status != check.Fail && !open
			need = true
		}
	}
	if !need && (!r.Any || !w.anyOpen(t, r)) {
		w.unseen, w.unsure = w.unseen || unseen, w.unsure || unsure
	}
	if need {
		w.add(router.Want{Code: r.Code, RowID: r.ID, Proto: r.Proto, Ports: numbers(r.Ports), Hosts: hosts, Function: r.Function})
	}
}

// blames tells whether a blocked row may stop at this firewall: the server's own
// one does not stop what a device behind it saw, and what it rejects itself is
// not cured at the router. Rows that were dropped without a word may be either's.
func (w *wants) blames(r check.Result) bool {
	itself := r.Facts["variant"] == "self"
	if w.side == router.SideHost {
		return itself || r.Facts["hop"] == "" && r.Facts["device"] == ""
	}
	return !itself || w.site.Firewall(router.SideHost) == nil
}

func numbers(ports []rules.Port) []uint16 {
	var out []uint16
	for _, p := range ports {
		out = append(out, p.Number)
	}
	return out
}

// anyOpen tells whether one host of a row works where one is enough.
func (w *wants) anyOpen(t *rules.Table, r *rules.Row) bool {
	return slices.ContainsFunc(r.Hosts, func(h string) bool {
		return slices.ContainsFunc(r.Ports, func(p rules.Port) bool {
			st := w.state(t, r, h, p.Number).Status
			return st == check.Pass || st == check.Note
		})
	})
}

func (w *wants) state(t *rules.Table, r *rules.Row, host string, port uint16) FlowView {
	if host == "" {
		host = rules.DomainToken
	}
	return w.states[t.ID+"/"+r.ID+"/"+r.Proto+"/"+host+"/"+strconv.Itoa(int(port))]
}

// blocked tells whether a reason speaks for a closed port or a filter on the
// way; a dead name server or an expired certificate is not cured by a rule.
func blocked(r check.Result) bool {
	switch r.Code {
	case check.TCPRefused: // by a device on the way, not by the far end
		return r.Facts["device"] != ""
	case check.TCPSilent, check.TCPBlockedBy, check.TLSReset, check.TLSSilent, check.HTTPReset, check.HTTPBlocked,
		check.WSUpgradeLost, check.WSSilent, check.MQTTSilent, check.MQTTReset, check.SSHSilent, check.SSHReset,
		check.NTPSilent, check.NTPBlocked, check.ProxyOnly:
		return true
	default:
		return false
	}
}

// add takes a row; ports that another row of the same way brought already are
// not written twice, but both rows are named.
func (w *wants) add(n router.Want) {
	for i := range w.out {
		o := &w.out[i]
		if o.Inbound != n.Inbound || o.Proto != n.Proto || !n.Inbound && !slices.Equal(o.Hosts, n.Hosts) {
			continue
		}
		before := len(n.Ports)
		n.Ports = slices.DeleteFunc(n.Ports, func(p uint16) bool { return slices.Contains(o.Ports, p) })
		if len(n.Ports) == 0 && before > 0 {
			o.Code += ", " + n.Code
			return
		}
	}
	if len(n.Ports) > 0 {
		w.out = append(w.out, n)
	}
}

// GuideFile is the name of the file that holds a guide; ext is its kind, "md".
func GuideFile(g SideGuide, ext string) string {
	at := Firewall{Side: g.Side, Front: g.Front}.spot()
	return fmt.Sprintf("guide-%s-%s.%s", at, firstText(g.Guide.Router, "none"), ext)
}
