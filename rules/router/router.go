// Package router turns rules into instructions for one router model.
//
//	assets/routers/<brand>/<generation>.tmpl --Load--> Catalogue of Variants --+
//	                                                                           +--Render--> Guide
//	[]Want --Plan(variant.Can, side)--> []Entry + []Gap -----------------------+
package router

import (
	"net/netip"

	"github.com/syncsign/sops-firewall/rules"
)

// Side is the firewall of a site that a guide is for.
type Side string

// The sides of design section 3.
const (
	SideSite   Side = "site"   // case lan: the office router
	SideServer Side = "server" // case internet: at the server: a cloud security group, or a router
	SideHubs   Side = "hubs"   // case internet: the router of a hub office
	SideHost   Side = "host"   // the server's own host firewall
)

// Kind is how instructions reach a router.
type Kind string

// The kinds.
const (
	Paste Kind = "paste"
	Web   Kind = "web"
	Cloud Kind = "cloud"
	Host  Kind = "host"
	None  Kind = "none"
)

// Proof is how sure we are of a text.
type Proof string

// The proofs, weakest first.
const (
	ProofDocs     Proof = "docs"
	ProofParser   Proof = "parser"
	ProofEmulator Proof = "emulator"
	ProofDevice   Proof = "device"
)

// Part is a block of a guide.
type Part string

// The parts in order; Apply is paste and/or steps.
const (
	Prepare Part = "prepare"
	Apply   Part = "apply"
	Verify  Part = "verify"
	Undo    Part = "undo"
	Notes   Part = "notes"
)

// Catalogue is every router, sorted by name.
type Catalogue struct {
	Routers []Router
}

// Router is a brand; its variants are generations of its menus or syntax, or
// ways to reach it, newest first.
type Router struct {
	ID       string // mikrotik
	Name     string // MikroTik RouterOS
	Kind     Kind   // of the first variant
	Sides    []Side
	Proof    Proof // the weakest of its variants
	Variants []*Variant
}

// Ask is an input only this router needs.
type Ask struct {
	ID       string   `yaml:"id"`
	Kind     string   `yaml:"kind"` // iface, zone, ip, prefix, mac, number, port, word, choice, id
	Label    string   `yaml:"label"`
	Default  string   `yaml:"default"`
	How      string   `yaml:"how"`
	Choices  []string `yaml:"choices"`
	Optional bool     `yaml:"optional"`
	Sides    []Side   `yaml:"sides"` // where it is asked; empty = on all
	From     string   `yaml:"from"`  // an answer of the site that is the default: public_ip
}

// Want is one row to be allowed or forwarded, as the rules say it.
type Want struct {
	Code     string // row code, "4.1"
	RowID    string
	Inbound  bool   // arrives at the server from outside
	Proto    string // tcp, udp
	Ports    []uint16
	Row      []uint16 // all ports of an inbound row, where only some are wanted
	Hosts    []string // destinations of an outbound row; names
	Function string
}

// Site is the typed part of the answers a guide may use. Invalid values mean
// "not known": templates test with {{if}} and a missing required value is a Gap.
type Site struct {
	Domain   string // ASCII (punycode), validated
	LANIP    netip.Addr
	PublicIP netip.Addr
	Hubs     []netip.Prefix
	LAN      netip.Prefix // network of the server, when known
	Outbound string       // open, closed, unknown
	Case     rules.Case
}

// Request asks for one guide.
type Request struct {
	Side   Side
	Site   Site
	Inputs map[string]string // by Ask.ID; validated here against Ask.Kind
	Wants  []Want
	Lang   string // "en", "de"
}

// Gap is a wish the router cannot express, or a value that is missing.
type Gap struct {
	Code string // row code, empty for the whole guide
	Key  string // what it is: lan-ip, lan-ip4, hubs, hubs4
	Say  string // a short plain sentence; Render leaves it to those who have the words
}

// BlockKind is the shape of a block.
type BlockKind string

// The shapes.
const (
	Code  BlockKind = "code"  // to be copied whole
	Steps BlockKind = "steps" // small Markdown: "1." a step, **words on the screen**, `value` a copy chip
)

// Block is one piece of a guide.
type Block struct {
	Part Part
	Kind BlockKind
	Lang string // code: the fence's language, such as "routeros", "sh", "hcl"
	Text string
}

// Guide is the instructions for one firewall of one site.
type Guide struct {
	Router  string // id
	Variant string // generation id
	Name    string // label shown
	Side    Side
	Proof   Proof
	Source  string
	Checked string // date somebody last read the source
	Nothing bool   // nothing to do on this firewall
	Blocks  []Block
	Gaps    []Gap
}
