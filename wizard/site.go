// Package wizard holds the session: the questions, their order, the answers,
// what they mean (flows, guides, words) and where they are kept. It draws
// nothing and opens no socket.
//
//	Ask -> Question --(tui, plain mode, answers file, tests)--> Answer -> Site
//	Site + Book --Board--> jobs, states, findings
//	Site + Catalogue --Guides--> instructions
package wizard

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
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

// siteVersion is the version of site files that this program writes.
const siteVersion = 1

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
	Front      bool              `yaml:"front,omitempty"` // the provider box in front of this side's own router
	To         netip.Addr        `yaml:"to,omitempty"`    // what that router is called on the box's side; only with Front
	Inputs     map[string]string `yaml:"inputs,omitempty"`
}

// NewerError is a site file written by a newer program.
type NewerError struct{ Version int }

func (e *NewerError) Error() string { return e.said().Error() }

func (e *NewerError) said() *check.Said {
	return check.Say("problems.site-file.newer", "version", strconv.Itoa(e.Version), "reads", strconv.Itoa(siteVersion))
}

// Facts are what decides which rows apply.
func (s Site) Facts() rules.Facts {
	f := rules.Facts{Case: s.Case, Domain: s.Server.Domain}
	for _, d := range s.Sources {
		f.Sources = append(f.Sources, d.Kind)
	}
	return f
}

// Firewall is the firewall of a side; nil when the site has none there.
func (s Site) Firewall(side router.Side) *Firewall { return s.firewall(spot(side)) }

// Front is the provider box in front of a side's own router; nil for none.
func (s Site) Front(side router.Side) *Firewall { return s.firewall(frontOf(side)) }

// clone is a copy that shares nothing with s.
func (s Site) clone() Site {
	s.Sources = slices.Clone(s.Sources)
	s.Hubs.Subnets = slices.Clone(s.Hubs.Subnets)
	s.Firewalls = slices.Clone(s.Firewalls)
	for i := range s.Firewalls {
		s.Firewalls[i].Inputs = maps.Clone(s.Firewalls[i].Inputs)
	}
	return s
}

// sidesOf are the firewalls that a case can have, in the order of the path.
func sidesOf(c rules.Case) []router.Side {
	if c == rules.CaseInternet {
		return []router.Side{router.SideServer, router.SideHubs, router.SideHost}
	}
	return []router.Side{router.SideSite, router.SideHost}
}

// needsName tells whether a row names the server: hubs or calendars on the
// Internet call it by its name.
func (s Site) needsName() bool { return s.Case != rules.CaseLAN || s.Facts().Notifies() }

// needsLANIP tells whether a rule has to name the server's address in the LAN.
func (s Site) needsLANIP() bool { return s.Case == rules.CaseLAN && s.Facts().Notifies() }
