package router_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/syncsign/sops-firewall/rules/router"
)

// lightsail is a small Lightsail of one instance, after
// docs.aws.amazon.com/lightsail/2016-11-28/api-reference: a port is open once.
type lightsail struct {
	mu    sync.Mutex
	ports []lightsailPort
}

type lightsailPort struct {
	From  int      `json:"fromPort"`
	To    int      `json:"toPort"`
	Proto string   `json:"protocol"`
	State string   `json:"state,omitempty"`
	IPv4  []string `json:"cidrs,omitempty"`
	IPv6  []string `json:"ipv6Cidrs,omitempty"`
}

func (l *lightsail) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	refuse := func(code, say string) {
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]string{"__type": code, "message": say})
	}
	var in struct {
		Instance string        `json:"instanceName"`
		Port     lightsailPort `json:"portInfo"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Instance != "sops-1" {
		refuse("NotFoundException", "The Instance does not exist: "+in.Instance)
		return
	}
	same := func(p lightsailPort) bool {
		return p.From == in.Port.From && p.To == in.Port.To && p.Proto == in.Port.Proto
	}
	switch action := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), "Lightsail_20161128."); action {
	case "GetInstancePortStates":
		_ = json.NewEncoder(w).Encode(map[string]any{"portStates": l.ports})
		return
	case "GetInstance":
		_ = json.NewEncoder(w).Encode(map[string]any{"instance": map[string]any{"name": "sops-1", "publicIpAddress": "203.0.113.5", "isStaticIp": true}})
		return
	case "OpenInstancePublicPorts":
		l.ports = append(slices.DeleteFunc(l.ports, same), in.Port)
		l.ports[len(l.ports)-1].State = "open"
	case "CloseInstancePublicPorts":
		if !slices.ContainsFunc(l.ports, same) {
			refuse("InvalidInputException", "that port is not open")
			return
		}
		l.ports = slices.DeleteFunc(l.ports, same)
	default:
		refuse("UnknownOperationException", action)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"operation": map[string]string{"status": "Succeeded"}})
}

func (l *lightsail) openings() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := []string{}
	for _, p := range l.ports {
		out = append(out, fmt.Sprintf("%s %d-%d %s", p.Proto, p.From, p.To, strings.Join(append(slices.Clone(p.IPv4), p.IPv6...), ",")))
	}
	return out
}

// TestLightsail runs the guide with the real aws command; port 80, which the
// owner has open for some, is left as it is, and stays after undo.
func TestLightsail(t *testing.T) {
	l := &lightsail{ports: []lightsailPort{
		{From: 22, To: 22, Proto: "tcp", State: "open", IPv4: []string{"0.0.0.0/0"}},
		{From: 80, To: 80, Proto: "tcp", State: "open", IPv4: []string{"198.51.100.0/24"}},
		{From: 8000, To: 8443, Proto: "tcp", State: "open", IPv4: []string{"198.51.100.0/24"}},
	}}
	lab := newAWSShell(t, l)
	rule := func(port string) string { return "tcp " + port + "-" + port + " 0.0.0.0/0,::/0" }
	one := []string{rule("8443"), rule("8883")}
	testCloud(t, cloudCase{
		id: "lightsail", generation: "cli", in: map[string]string{"instance": "sops-1", "region": awsRegion, "ipv6": "yes"}, inbound: true,
		want: append([]string{rule("443"), rule("1883"), rule("8888")}, one...), one: one,
	}, lab.sh, l.openings)
	g := cloudGuide(t, "lightsail", "cli", map[string]string{"instance": "sops-2", "region": awsRegion}, "open", inboundWants()...)
	if _, talk := lab.sh(text(g, router.Apply)); strings.Count(talk, "NotFoundException") != 1 {
		t.Errorf("a wrong name says %q, want it once", talk)
	}
}
