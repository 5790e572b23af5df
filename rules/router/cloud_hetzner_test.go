package router_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/syncsign/sops-firewall/rules/router"
)

// hetzner is an API of one project with one firewall, after
// docs.hetzner.cloud/reference/cloud#firewalls: set_rules replaces the list.
type hetzner struct {
	mu    sync.Mutex
	rules []hetznerRule
}

type hetznerRule struct {
	Direction   string   `json:"direction"`
	Protocol    string   `json:"protocol"`
	Port        string   `json:"port,omitempty"`
	Source      []string `json:"source_ips"`
	Destination []string `json:"destination_ips"`
	Description string   `json:"description"`
}

func (h *hetzner) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	answer := func(code int, v any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(v)
	}
	firewall := map[string]any{"id": 42, "name": "office_1", "labels": map[string]string{}, "created": "2026-01-01T00:00:00+00:00", "rules": h.rules, "applied_to": []string{}}
	switch {
	case r.Method == http.MethodGet && r.URL.Path == "/firewalls" && r.URL.Query().Get("name") == "office_1":
		answer(http.StatusOK, map[string]any{"firewalls": []any{firewall}})
	case r.Method == http.MethodGet && r.URL.Path == "/actions": // how the rules get to the servers
		answer(http.StatusOK, map[string]any{"actions": []any{}})
	case r.Method == http.MethodPost && r.URL.Path == "/firewalls/42/actions/set_rules":
		var set struct {
			Rules []hetznerRule `json:"rules"`
		}
		if err := json.NewDecoder(r.Body).Decode(&set); err != nil {
			answer(http.StatusBadRequest, map[string]any{"error": map[string]string{"code": "json_error", "message": err.Error()}})
			return
		}
		for _, x := range set.Rules {
			for _, cidr := range append(x.Source, x.Destination...) {
				if p, err := netip.ParsePrefix(cidr); err != nil || p.Masked() != p || len(x.Description) > 255 {
					answer(http.StatusUnprocessableEntity, map[string]any{"error": map[string]string{"code": "invalid_input", "message": cidr}})
					return
				}
			}
		}
		h.rules = set.Rules
		answer(http.StatusCreated, map[string]any{"actions": []any{}})
	default:
		answer(http.StatusNotFound, map[string]any{"error": map[string]string{"code": "not_found", "message": r.Method + " " + r.URL.String()}})
	}
}

func (h *hetzner) openings() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := []string{}
	for _, r := range h.rules {
		out = append(out, fmt.Sprintf("%s %s %s %s (%s)", r.Direction, r.Protocol, r.Port, strings.Join(append(r.Source, r.Destination...), ","), r.Description))
	}
	return out
}

// newHetzner is a shell in which the real hcloud command asks our copy.
func newHetzner(t *testing.T, h *hetzner) func(string) (out, talk string) {
	t.Helper()
	if _, err := exec.LookPath("hcloud"); err != nil {
		if os.Getenv("SOPS_LAB") == "must" {
			t.Fatal(err)
		}
		t.Skipf("the guide for Hetzner is proven with the hcloud command (Debian: hcloud-cli): %v", err)
	}
	t.Parallel()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	dir := t.TempDir()
	env := slices.DeleteFunc(os.Environ(), func(s string) bool {
		return strings.HasPrefix(s, "HCLOUD_") || strings.HasPrefix(strings.ToLower(s), "http")
	})
	env = append(env, "HOME="+dir, "HCLOUD_ENDPOINT="+srv.URL, "HCLOUD_TOKEN="+strings.Repeat("a", 64))
	return func(script string) (string, string) { return shell(t, env, dir, script) }
}

func TestHetzner(t *testing.T) {
	h := &hetzner{rules: []hetznerRule{
		{Direction: "in", Protocol: "tcp", Port: "22", Source: []string{"0.0.0.0/0", "::/0"}, Destination: []string{}, Description: "SSH"},
		{Direction: "in", Protocol: "tcp", Port: "443", Source: []string{"198.51.100.0/24"}, Destination: []string{}, Description: "SOPS in 443 for us"},
		{Direction: "out", Protocol: "udp", Port: "53", Source: []string{}, Destination: []string{"0.0.0.0/0"}},
	}}
	rule := func(way, proto, port string) string {
		return way + " " + proto + " " + port + " 0.0.0.0/0,::/0 (SOPS " + way + " " + port + ")"
	}
	one := []string{rule("in", "tcp", "8443"), rule("in", "tcp", "8883")}
	testCloud(t, cloudCase{
		id: "hetzner", generation: "cli", in: map[string]string{"firewall": "office_1", "ipv6": "yes"},
		want: append([]string{
			rule("in", "tcp", "80"), rule("in", "tcp", "443"), rule("in", "tcp", "1883"), rule("in", "tcp", "8888"),
			rule("out", "tcp", "443"), rule("out", "tcp", "8433"), rule("out", "udp", "123"),
		}, one...), one: one,
	}, newHetzner(t, h), h.openings)
}

// TestHetznerOut: where there is no outbound rule the first one would shut all
// the rest, so none is added.
func TestHetznerOut(t *testing.T) {
	h := &hetzner{rules: []hetznerRule{}}
	sh := newHetzner(t, h)
	g := cloudGuide(t, "hetzner", "cli", map[string]string{"firewall": "office_1"}, "closed", append(inboundWants()[:1], outboundWants()...)...)
	out, talk := sh(text(g, router.Apply))
	sameOpenings(t, h.openings(), []string{"in tcp 8443 0.0.0.0/0 (SOPS in 8443)", "in tcp 8883 0.0.0.0/0 (SOPS in 8883)"})
	if !strings.Contains(out, "everything gets out already") || talk != "" {
		t.Errorf("prints %q, says %q", out, talk)
	}
}
