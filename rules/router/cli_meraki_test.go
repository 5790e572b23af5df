package router_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// merakiRule is a rule of either list, as the dashboard stores it.
type merakiRule map[string]any

func (r merakiRule) at(key string) string {
	if list, ok := r[key].([]any); ok {
		return fmt.Sprint(list...)
	}
	s, _ := r[key].(string)
	return s
}

// dashboard answers the two calls as documented: GET gives the whole list, the
// one of layer 3 with the default rule at its end; PUT replaces it.
type dashboard struct {
	forwards, rules []merakiRule
	network         string
	mistakes        []string
}

// unnamed is a forward its owner gave no name.
var unnamed = merakiRule{"lanIp": "192.168.178.8", "uplink": "both", "protocol": "udp", "publicPort": "5060", "localPort": "5060", "allowedIps": []any{"any"}}

func newDashboard() *dashboard {
	return &dashboard{
		network:  "L_646829496481105433",
		forwards: []merakiRule{{"name": "camera", "lanIp": "192.168.178.9", "uplink": "internet1", "protocol": "tcp", "publicPort": "9000-9010", "localPort": "9000-9010", "allowedIps": []any{"198.51.100.0/24"}}, unnamed},
		rules:    []merakiRule{{"comment": "no way out", "policy": "deny", "protocol": "any", "srcCidr": "Any", "srcPort": "Any", "destCidr": "Any", "destPort": "Any", "syslogEnabled": true}},
	}
}

func (d *dashboard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fail := func(code int, format string, args ...any) {
		d.mistakes = append(d.mistakes, fmt.Sprintf(format, args...))
		http.Error(w, `{"errors":["refused"]}`, code)
	}
	if r.Header.Get("Authorization") != "Bearer secret key" {
		fail(http.StatusUnauthorized, "Authorization %q", r.Header.Get("Authorization"))
		return
	}
	list, ok := strings.CutPrefix(r.URL.Path, "/api/v1/networks/"+d.network+"/appliance/firewall/")
	stored := map[string]*[]merakiRule{"portForwardingRules": &d.forwards, "l3FirewallRules": &d.rules}[list]
	if !ok || stored == nil {
		fail(http.StatusNotFound, "path %s", r.URL.Path)
		return
	}
	if r.Method == http.MethodPut {
		body, err := io.ReadAll(r.Body)
		var put struct {
			Rules []merakiRule `json:"rules"`
			Log   *bool        `json:"syslogDefaultRule"`
		}
		if err == nil {
			err = json.Unmarshal(body, &put)
		}
		if err != nil {
			fail(http.StatusBadRequest, "body: %v", err)
			return
		}
		if (list == "l3FirewallRules") != (put.Log != nil && *put.Log) {
			d.mistakes = append(d.mistakes, "the default rule's logging was changed")
		}
		for _, rule := range put.Rules {
			if why := refuse(list, rule); why != "" {
				fail(http.StatusBadRequest, "%s: %v", why, rule)
				return
			}
		}
		*stored = put.Rules
	}
	out := slices.Clone(*stored)
	if list == "l3FirewallRules" {
		out = append(out, merakiRule{"comment": "Default rule", "policy": "allow", "protocol": "Any", "srcCidr": "Any", "srcPort": "Any", "destCidr": "Any", "destPort": "Any", "syslogEnabled": true})
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"rules": out})
}

// refuse says what the dashboard does not take: unknown or missing fields, lists
// of ports in a forward, the default rule.
func refuse(list string, r merakiRule) string {
	fields := []string{"name", "lanIp", "uplink", "protocol", "publicPort", "localPort", "allowedIps"}
	if list == "l3FirewallRules" {
		fields = []string{"comment", "policy", "protocol", "srcCidr", "srcPort", "destCidr", "destPort", "syslogEnabled"}
	}
	for f := range r {
		if !slices.Contains(fields, f) {
			return "unknown field " + f
		}
	}
	for _, f := range fields[1:] { // the name may be left out
		if r[f] == nil {
			return f + " is missing"
		}
	}
	switch {
	case strings.Contains(r.at("publicPort"), ","):
		return "a list of ports"
	case r.at("comment") == "Default rule":
		return "the default rule"
	}
	return ""
}

func (d *dashboard) run(t *testing.T, code string) {
	t.Helper()
	server := httptest.NewServer(d)
	defer server.Close()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(code, "https://api.meraki.com", server.URL))
	cmd.Dir, cmd.Env = t.TempDir(), append(cmd.Environ(), "MERAKI_KEY=secret key", "http_proxy=", "no_proxy=*")
	out, err := cmd.CombinedOutput()
	if err != nil || len(d.mistakes) > 0 {
		t.Fatalf("%v, %q\n%s in\n%s", err, d.mistakes, out, code)
	}
}

func (d *dashboard) openings(t *testing.T) []opening {
	t.Helper()
	var out []opening
	for _, r := range d.forwards {
		if strings.HasPrefix(r.at("name"), "SOPS ") {
			out = append(out, fmt.Sprintf("forward %s %s by %s to %s %s from %s", r.at("protocol"), r.at("publicPort"), r.at("uplink"), r.at("lanIp"), r.at("localPort"), r.at("allowedIps")))
		}
	}
	for _, r := range d.rules {
		if r.at("comment") == "no way out" {
			break // a rule behind it is never reached
		}
		out = append(out, fmt.Sprintf("%s %s from %s %s to %s %s", r.at("policy"), r.at("protocol"), r.at("srcCidr"), r.at("srcPort"), r.at("destCidr"), r.at("destPort")))
	}
	slices.Sort(out)
	return out
}

func (d *dashboard) left() []string {
	var out []string
	fresh := newDashboard()
	for _, lists := range [][2][]merakiRule{{d.forwards, fresh.forwards}, {d.rules, fresh.rules}} {
		if !reflect.DeepEqual(lists[0], lists[1]) {
			out = append(out, fmt.Sprintf("%v, before %v", lists[0], lists[1]))
		}
	}
	return out
}

// TestMerakiPaste runs the pasted text with the real curl and jq against a
// server that behaves as documented.
func TestMerakiPaste(t *testing.T) {
	for _, tool := range []string{"curl", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no %s here", tool)
		}
	}
	forwards := func(ports ...string) []opening {
		var out []opening
		for _, p := range ports {
			out = append(out, "forward tcp "+p+" by both to 192.168.178.20 "+p+" from any")
		}
		return out
	}
	testPaste(t, pasteTest{id: "meraki/api", inputs: map[string]string{"network": "L_646829496481105433"}, fresh: func() device { return newDashboard() }, want: map[string][]opening{
		"server":           forwards("80", "443", "1883", "8443", "8883", "8888"),
		"webhook in a LAN": forwards("80", "443"),
		"server, outbound closed": {
			"allow tcp from 192.168.178.20/32 Any to docker.io,registry.hub.docker.com 443",
			"allow tcp from 192.168.178.20/32 Any to up.sync-sign.com 443", "allow tcp from 192.168.178.20/32 Any to up.sync-sign.com 8433",
			"allow udp from 192.168.178.20/32 Any to Any 123",
		},
		"hubs, outbound closed": {
			"allow tcp from 192.168.60.0/24 Any to pub.sync-sign.com 80",
			"allow tcp from 192.168.60.0/24 Any to sops.example.com 8443", "allow tcp from 192.168.60.0/24 Any to sops.example.com 8883",
		},
	}})
}

// TestMerakiRefused: when the dashboard refuses, the list stays as it was and
// the text stops.
func TestMerakiRefused(t *testing.T) {
	for _, tool := range []string{"curl", "jq"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("no %s here", tool)
		}
	}
	p := pasteTest{id: "meraki/api", inputs: map[string]string{"network": "L_1"}}
	d := newDashboard()
	server := httptest.NewServer(d)
	defer server.Close()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", strings.ReplaceAll(text(p.guide(t, pasteCases()["server"]), "apply"), "https://api.meraki.com", server.URL))
	cmd.Dir, cmd.Env = t.TempDir(), append(cmd.Environ(), "MERAKI_KEY=secret key", "no_proxy=*")
	if out, err := cmd.CombinedOutput(); err == nil {
		t.Errorf("a wrong network was no failure:\n%s", out)
	}
	if l := d.left(); len(l) > 0 {
		t.Errorf("changed: %q", l)
	}
	for i, m := range d.mistakes {
		if i > 0 {
			t.Errorf("went on after a refusal: %s", m)
		}
	}
}
