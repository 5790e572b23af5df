package wizard

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

// TestLocalCertificate: a certificate that Google refuses fails the webhook's row
// though it was only seen at the server itself; nothing else of TLS does.
func TestLocalCertificate(t *testing.T) {
	d := testDeps(t)
	b := NewBoard(d.Book, d.Words, labelled(rules.CaseInternet), rules.FromServer)
	var key string
	for _, f := range b.Inbound() {
		j, ok := b.JobFor(f.Key)
		switch {
		case !ok:
			t.Errorf("%s has no look from the server", f.Key)
		case f.Row.ID == "webhook" && f.Port.Number == 443:
			key = f.Key
			if j.Kind != check.LocalTLS || j.To.Host != f.Host || !slices.Equal(j.To.Addrs, []netip.Addr{b.site.Server.LANIP}) {
				t.Errorf("%s: got %+v", f.Key, j)
			}
		case j.Kind != check.Local || j.To.Host != b.site.Server.LANIP.String():
			t.Errorf("%s: got %+v", f.Key, j)
		}
	}
	connected := []check.Layer{{Name: "tcp", Status: check.Pass}}
	j, _ := b.JobFor(key)
	for _, tt := range []struct {
		in     check.Result
		status check.Status
		code   check.Code
	}{
		{check.Result{Status: check.Pass, Layers: connected}, check.Waiting, check.NotHere},
		{check.Result{Status: check.Note, Code: check.CertSoon, Layers: connected}, check.Waiting, check.NotHere},
		{check.Result{Status: check.Fail, Code: check.TLSAlert, Layers: connected}, check.Waiting, check.NotHere},
		{check.Result{Status: check.Fail, Code: check.TCPRefused, Layers: []check.Layer{{Name: "tcp", Status: check.Fail}}}, check.Waiting, check.InServiceDown},
		{check.Result{Status: check.Fail, Code: check.CertPrivate, Layers: connected}, check.Fail, check.CertPrivate},
		{check.Result{Status: check.Fail, Code: check.CertVersion, Layers: connected}, check.Fail, check.CertVersion},
	} {
		tt.in.Job = j
		b.Apply(tt.in)
		v, _ := b.Flow(key)
		if v.Status != tt.status || v.Result.Code != tt.code {
			t.Errorf("%v %s: got %v %s", tt.in.Status, tt.in.Code, v.Status, v.Result.Code)
		}
		if early := strings.Contains(v.Finding.Means, "another question"); early != (tt.status == check.Fail) {
			t.Errorf("%s: %+v", tt.in.Code, v.Finding)
		}
	}
}

// TestTestIsNoService: a port that waits for the test from outside answers a
// look, and SOPS is not running there for all that.
func TestTestIsNoService(t *testing.T) {
	d := testDeps(t)
	b := NewBoard(d.Book, d.Words, labelled(rules.CaseInternet), rules.FromServer)
	listens := check.Result{Status: check.Pass, Layers: []check.Layer{{Name: "tcp", Status: check.Pass}}}
	var at Post
	look := func() check.Code {
		code := check.Code("")
		for _, f := range b.Inbound() {
			if p := (Post{Proto: f.Row.Proto, Port: f.Port.Number}); p.Port == 1883 {
				at, listens.Job = p, f.Job()
				b.Apply(listens)
				v, _ := b.Flow(f.Key)
				code = v.Result.Code
			}
		}
		return code
	}
	if got := look(); got != check.NotHere {
		t.Errorf("a service: %s", got)
	}
	at.State = "ours"
	b.Listens([]Post{at})
	if v, _ := b.Flow(listens.Job.Key); v.Result.Code != check.InServiceDown || !strings.Contains(v.Finding.Seen, "only the test") {
		t.Errorf("as soon as the test waits: %+v", v)
	}
	if got := look(); got != check.InServiceDown {
		t.Errorf("while the test waits: %s", got)
	}
	b.Arrived(Arrival{Proto: "tcp", Port: 1883, Source: netip.MustParseAddr("198.51.100.7"), Seen: check.SeenOutside})
	if got := look(); got != check.InProven {
		t.Errorf("after something came in: %s", got)
	}
	b.Listens(nil)
	listens.Status, listens.Code, listens.Layers = check.Fail, check.TCPRefused, nil
	if got := look(); got != check.InServiceDown {
		t.Errorf("after the test: %s", got)
	}
}
