package router_test

import (
	"testing"

	"github.com/syncsign/sops-firewall/rules/router"
)

// codeOf renders the shipped guide and returns its parts, each as one script.
func codeOf(t *testing.T, id string, r router.Request) map[router.Part]string {
	t.Helper()
	r.Lang = "en"
	g := render(t, id, r)
	parts := map[router.Part]string{}
	for _, b := range g.Blocks {
		if b.Kind == router.Code {
			parts[b.Part] += b.Text + "\n"
		}
	}
	for _, p := range []router.Part{router.Apply, router.Verify, router.Undo} {
		if parts[p] == "" {
			t.Fatalf("the guide has no code for %s", p)
		}
	}
	return parts
}

// hostGuide is the guide for the server's own firewall.
func hostGuide(t *testing.T, id, outbound string, wants ...router.Want) map[router.Part]string {
	t.Helper()
	site := webSite()
	site.Outbound = outbound
	return codeOf(t, id, router.Request{Side: router.SideHost, Site: site, Wants: wants})
}
