// Package wizard holds the session: the questions, their order, the answers,
// what they mean (flows, guides, words) and where they are kept. It draws
// nothing and opens no socket.
//
//	Ask -> Question --(tui, plain mode, answers file, tests)--> Answer -> Site
//	Site + Book --Board--> jobs, states, findings
//	Site + Catalogue --Guides--> instructions
package wizard

import (
	"net/netip"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/router"
)

// Outbound says whether the firewall at the server blocks outbound by default.
type Outbound string

// The answers; empty means not asked.
const (
	OutboundOpen    Outbound = "open"
	OutboundClosed  Outbound = "closed"
	OutboundUnknown Outbound = "unknown"
)

// Site is the answers of one customer: site.yaml, version 1.
type Site struct {
	Version   int          `yaml:"version"`
	Name      string       `yaml:"name,omitempty"`
	Case      rules.Case   `yaml:"case,omitempty"`
	Sources   []DataSource `yaml:"sources,omitempty"`
	Server    Server       `yaml:"server,omitempty"`
	Hubs      Hubs         `yaml:"hubs,omitempty"`
	Outbound  Outbound     `yaml:"outbound,omitempty"`
	From      rules.Place  `yaml:"from,omitempty"` // where the user sits
	Firewalls []Firewall   `yaml:"firewalls,omitempty"`
	Step      string       `yaml:"step,omitempty"` // question to resume at
}

// DataSource is one chosen source; in YAML a bare word or a map.
type DataSource struct {
	Kind rules.Source `yaml:"kind"`
	Host string       `yaml:"host,omitempty"` // optional, checked when given
	Port uint16       `yaml:"port,omitempty"`
}

// Server is the SOPS machine.
type Server struct {
	Domain   string     `yaml:"domain,omitempty"` // ASCII
	LANIP    netip.Addr `yaml:"lan_ip,omitempty"`
	PublicIP netip.Addr `yaml:"public_ip,omitempty"`
}

// Hubs is where the hubs are.
type Hubs struct {
	Subnets []netip.Prefix `yaml:"subnets,omitempty"`
}

// Firewall is one firewall of the path and the router chosen for it.
type Firewall struct {
	Side       router.Side       `yaml:"side"`
	Router     string            `yaml:"router"`
	Generation string            `yaml:"generation,omitempty"`
	Inputs     map[string]string `yaml:"inputs,omitempty"`
}

// ParseSite reads a site file strictly: unknown keys, bad values and impossible
// combinations are refused together, each with its line and what would be
// right. A file of a newer version is a *NewerError.
func ParseSite(data []byte, book *rules.Book, cat *router.Catalogue) (Site, error) {
	panic("not written yet")
}

// MarshalSite writes the file that ParseSite reads.
func MarshalSite(s Site) ([]byte, error) { panic("not written yet") }

// NewerError is a site file written by a newer program.
type NewerError struct{ Version int }

func (e *NewerError) Error() string { panic("not written yet") }

// Facts are what decides which rows apply.
func (s Site) Facts() rules.Facts { panic("not written yet") }
