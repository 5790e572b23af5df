package rules

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/assets"
	"github.com/syncsign/sops-firewall/rules/check"
)

// kinds are the checks that the shipped book may name.
var kinds = []string{
	"clock", "dns", "gateway", "http", "https", "https-public", "mqtt", "mqtts", "name", "ntp", "portal",
	"route", "ssh", "tcp", "tls", "tls-public", "ws", "wss",
}

func TestKindsAreThoseOfCheck(t *testing.T) {
	if got := check.KindNames(); !slices.Equal(got, kinds) {
		t.Errorf("check knows %v, the rule book %v", got, kinds)
	}
	if _, err := Load(assets.FS); err != nil {
		t.Error(err)
	}
}

func shipped(t testing.TB) *Book {
	t.Helper()
	b, err := load(assets.FS, kinds)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// manualRow is a row as the manual prints it: protocol, port, destination, function.
type manualRow struct{ code, proto, ports, destination, function string }

// manual is a copy of the manual's six tables, made by hand.
var manual = []struct {
	id, section, title string
	from               Place
	rows               []manualRow
}{
	{"server-out-ota", "From SOPS to Internet (Outbound)", "Services for OTA", FromServer, []manualRow{
		{"1.1", "TCP", "443, 8433", "up.sync-sign.com", "OTA Update Server"},
		{"1.2", "TCP", "22, 443", "github.com", "OTA Firmware Server"},
		{"1.3", "TCP", "443", "registry.hub.docker.com, docker.io", "OTA Docker Image Server"},
	}},
	{"server-out-basic", "From SOPS to Internet (Outbound)", "Basic Network Services", FromServer, []manualRow{
		{"2.1", "UDP", "123", "pool.ntp.org, europe.pool.ntp.org, time.google.com", "NTP Time Synchronisation"},
	}},
	{"server-out-sources", "From SOPS to Internet (Outbound)", "Services by Data Sources (Optional)", FromServer, []manualRow{
		{"3.1", "TCP", "443", "www.googleapis.com", "API of Google Calender/G-Suite"},
		{"3.2", "TCP", "443", "graph.microsoft.com", "API of Office 365 Calendar"},
	}},
	{"server-in-hubs", "", "From Internet to SOPS (Inbound, for Hubs)", FromInternet, []manualRow{
		{"4.1", "TCP", "8883, 8443", "LAN IP of your-on-premise-server-domain", "MQTT Remote Notification (mqtts/wss)"},
		{"4.2", "TCP", "1883, 8888", "your-on-premise-server-domain", "MQTT Remote Notification (mqtt/ws)"},
		{"4.3", "TCP", "80, 443", "your-on-premise-server-domain", "Device / Client API / Admin Portal"},
	}},
	{"server-in-sources", "", "From Internet to SOPS (Inbound, for Data Source)", FromInternet, []manualRow{
		{"5.1", "TCP", "80, 443", "your-on-premise-server-domain", "“Data-Updated” Notification Webhook Called by Data Source"},
	}},
	{"hubs-out", "", "From Hubs to SOPS on the Internet (Outbound)", FromHub, []manualRow{
		{"6.1", "TCP", "8883, 8443", "your-on-premise-server-domain", "MQTT Remote Notification (mqtts/wss)"},
		{"6.2", "TCP", "1883, 8888", "your-on-premise-server-domain", "MQTT Remote Notification (mqtt/ws)"},
		{"6.3", "TCP", "80, 443", "your-on-premise-server-domain", "API"},
		{"6.4", "TCP", "443", "sync.sync-sign.com", "Device Health Report"},
		{"6.5", "TCP", "443", "update.sync-sign.com", "OTA Update Server"},
		{"6.6", "TCP", "443", "file.sync-sign.com", "OTA Firmware Server"},
		{"6.7", "TCP", "80", "pub.sync-sign.com", "Time Server (as failsafe to NTP)"},
	}},
}

func TestBookIsTheManual(t *testing.T) {
	b := shipped(t)
	var got []Table
	for _, tab := range b.Tables {
		if tab.Origin == Manual {
			got = append(got, tab)
		}
	}
	if len(got) != len(manual) {
		t.Fatalf("got %d tables of the manual, want %d", len(got), len(manual))
	}
	for i, want := range manual {
		tab := got[i]
		if tab.ID != want.id || tab.Section != want.section || tab.Title != want.title || tab.From != want.from {
			t.Errorf("table %s: got %q, %q, %q from %s, want %+v", tab.Code, tab.ID, tab.Section, tab.Title, tab.From, want)
		}
		if !strings.HasPrefix(tab.Source, "https://dev.sync-sign.com/usermanual/install/network_communication_on_premises.html#") {
			t.Errorf("table %s: source %q is not the manual", tab.Code, tab.Source)
		}
		if len(tab.Rows) != len(want.rows) {
			t.Errorf("table %s: got %d rows, want %d", tab.Code, len(tab.Rows), len(want.rows))
			continue
		}
		for j, w := range want.rows {
			r := tab.Rows[j]
			var ports []string
			for _, p := range r.Ports {
				ports = append(ports, strconv.Itoa(int(p.Number)))
			}
			g := manualRow{r.Code, strings.ToUpper(r.Proto), strings.Join(ports, ", "), r.Destination, r.Function}
			if g != w {
				t.Errorf("row %s:\n got %+v\nwant %+v", w.code, g, w)
			}
			hosts := strings.ReplaceAll(strings.Join(r.Hosts, ", "), DomainToken, "your-on-premise-server-domain")
			if hosts != strings.TrimPrefix(w.destination, "LAN IP of ") {
				t.Errorf("row %s: hosts %q do not say the destination %q", w.code, hosts, w.destination)
			}
			if r.Importance != Required {
				t.Errorf("row %s: %s, want required: it is in the manual", w.code, r.Importance)
			}
		}
	}
}

func TestChecksOfTheManual(t *testing.T) {
	want := map[string]string{
		"1.1": "443 https 8433 tls", "1.2": "22 ssh 443 https", "1.3": "443 https", "2.1": "123 ntp",
		"3.1": "443 https", "3.2": "443 https", "4.1": "8883 mqtts 8443 wss", "4.2": "1883 mqtt 8888 ws",
		"4.3": "80 http 443 https", "5.1": "80 http 443 https-public", "6.1": "8883 mqtts 8443 wss",
		"6.2": "1883 mqtt 8888 ws", "6.3": "80 http 443 https", "6.4": "443 https", "6.5": "443 https",
		"6.6": "443 https", "6.7": "80 http",
		"0.1": "0 route", "0.2": "0 gateway", "0.3": "0 dns", "0.4": "0 clock", "0.5": "0 portal",
		"7.1": "443 https", "7.2": "443 https", "7.3": "443 https", "7.4": "443 https", "7.5": "443 https", "7.6": "443 https",
	}
	got := map[string]string{}
	for _, tab := range shipped(t).Tables {
		for _, r := range tab.Rows {
			var parts []string
			for _, p := range r.Ports {
				parts = append(parts, portText(p))
			}
			got[r.Code] = strings.Join(parts, " ")
			if r.Any != (r.Code == "2.1") {
				t.Errorf("row %s: any is %v", r.Code, r.Any)
			}
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestOursAreMarked(t *testing.T) {
	b := shipped(t)
	var order []string
	for _, tab := range b.Tables {
		order = append(order, tab.Code+" "+tab.ID)
	}
	want := []string{
		"0 basics", "1 server-out-ota", "2 server-out-basic", "3 server-out-sources",
		"4 server-in-hubs", "5 server-in-sources", "6 hubs-out", "7 companions",
	}
	if !slices.Equal(order, want) {
		t.Errorf("got %v, want %v", order, want)
	}
	for _, id := range []string{"basics", "companions"} {
		tab := b.Table(id)
		if tab.Origin != Ours {
			t.Errorf("table %s: origin %q, want ours", id, tab.Origin)
		}
		for _, r := range tab.Rows {
			if id == "companions" && (r.Importance != Recommended || r.Origin == "") {
				t.Errorf("row %s: %s from %q, want recommended and a public source", r.Code, r.Importance, r.Origin)
			}
		}
	}
}

func portText(p Port) string { return strconv.Itoa(int(p.Number)) + " " + p.Kind }
