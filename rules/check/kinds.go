package check

import (
	"maps"
	"slices"
)

// kinds are all kinds of check, one line each.
var kinds = map[string]func() Probe{
	"route":   func() Probe { return routeProbe{} },
	"gateway": func() Probe { return gatewayProbe{} },
	"dns":     func() Probe { return dnsProbe{} },
	"clock":   func() Probe { return clockProbe{} },
	"portal":  func() Probe { return portalProbe{} },
	"name":    func() Probe { return nameProbe{} },
	"tcp":     func() Probe { return tcpProbe{} },
	"tls":     func() Probe { return tlsProbe{} },
	"http":    func() Probe { return httpProbe{} },
	"https":   func() Probe { return httpProbe{secure: true} },

	"https-public": func() Probe { return publicProbe{httpProbe{secure: true}} },
	"tls-public":   func() Probe { return publicProbe{tlsProbe{}} },

	"mqtt":  func() Probe { return mqttProbe{} },
	"mqtts": func() Probe { return mqttProbe{tls: true} },
	"ws":    func() Probe { return mqttProbe{ws: true} },
	"wss":   func() Probe { return mqttProbe{tls: true, ws: true} },
	"ssh":   func() Probe { return sshProbe{} },
	"ntp":   func() Probe { return ntpProbe{} },
}

// probeOf is the check of a kind; nil for none.
func probeOf(kind string) Probe {
	if p := kinds[kind]; p != nil {
		return p()
	}
	return locals(kind)
}

// Encrypted tells whether a kind speaks TLS, so that its service shows a certificate.
func Encrypted(kind string) bool {
	return slices.Contains([]string{"https", "https-public", "tls", "tls-public", "mqtts", "wss"}, kind)
}

// KindNames are all kinds, sorted.
func KindNames() []string { return slices.Sorted(maps.Keys(kinds)) }
