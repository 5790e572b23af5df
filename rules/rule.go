// Package rules holds the manual's tables as data: which flow a SyncSign
// On-Premise Server and its hubs need, in the vendor's own words.
//
//	assets/rules/*.yaml --Load--> Book --Flows(Facts)--> []Flow --Job--> check.Job
//	                                   --Applies(Facts)--> which rows, and because
package rules

import "strings"

// Case is the deployment of the manual.
type Case string

// The manual's two situations.
const (
	CaseLAN      Case = "lan"      // A: all devices in one LAN or VPN
	CaseInternet Case = "internet" // B: server on the Internet, hubs in LANs
)

// Place is where a check runs or a flow starts.
type Place string

// The vantage points.
const (
	FromServer   Place = "server"
	FromHub      Place = "hub"
	FromInternet Place = "internet"
)

// Origin says who wrote a table.
type Origin string

// The origins.
const (
	Manual Origin = "manual"
	Ours   Origin = "ours"
)

// Importance of a row.
type Importance string

// The importances, as printed.
const (
	Required    Importance = "required"
	Recommended Importance = "recommended"
	Optional    Importance = "optional"
)

// Book is all tables, in the order of their codes 0 to 7.
type Book struct {
	Tables []Table
}

// Table is one table of the manual, or one of ours.
type Table struct {
	ID      string // server-out-ota
	Code    string // "1"
	Section string // the manual's heading above it; empty when Title is the heading
	Title   string // the manual's heading
	Origin  Origin
	Source  string // address of the manual's section, or of the public source
	From    Place  // where its flows start, and so where they are checked
	Rows    []Row
}

// Inbound tells whether the table's flows arrive at the server.
func (t Table) Inbound() bool { return t.From == FromInternet }

// Row is one row of a table.
type Row struct {
	ID          string // ota-update
	Code        string // "1.1"
	Proto       string // tcp, udp; ip for what has no port
	Ports       []Port // in the manual's order
	Hosts       []string
	Destination string // the manual's wording of the destination column
	Function    string // the manual's wording, unchanged
	Importance  Importance
	Any         bool     // one good host is enough (time servers)
	Cases       []Case   // empty means both
	Sources     []Source // applies if one of these is chosen; empty means always
	Notifies    bool     // applies only if a chosen source sends change notifications
	Origin      string   // public source of a row of ours
}

// Port is a port of a row and the check that proves it.
type Port struct {
	Number uint16 // 0 with proto ip
	Kind   string // a key of check.Kinds
	Path   string // for http kinds
}

// DomainToken stands for the server's public name in Hosts.
const DomainToken = "{domain}"

// Flow is one (from, protocol, host, port) of a row.
type Flow struct {
	Key   string // table/row/proto/host/port
	Table *Table
	Row   *Row
	From  Place
	Host  string // may be DomainToken where no site is given
	Port  Port
}

// Short is the flow's name inside its row: tcp/up.sync-sign.com/8433.
func (f Flow) Short() string { return strings.TrimPrefix(f.Key, f.Table.ID+"/"+f.Row.ID+"/") }

// Source is a kind of data source: google, microsoft365, exchange, database,
// lan-service, caldav, csv-url, google-sheets.
type Source string

// Facts is what decides which rows apply.
type Facts struct {
	Case    Case
	Sources []Source
	Domain  string // replaces DomainToken; empty keeps it
}
