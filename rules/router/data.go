package router

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Data is what a template sees. Every {{…}} in it is printed through the
// dialect: in code as one quoted token, in words as a `chip`. So a template
// writes no quotes around a value. A token made of parts is {{cat "a" .X}};
// {{join .Ports ","}} is one token too. Only range, if and with may be used,
// with and, or, not, eq, ne, len.
type Data struct {
	Side     Side
	Site     Site
	In       map[string]string // the router's own inputs, by Ask.ID
	Inbound  []Entry           // arrives at the server: a port forward, or an inbound allow
	Outbound []Entry           // leaves the server; only when outbound is to be opened
	HubsOut  []Entry           // leaves the hubs; only when outbound is to be opened
}

// Entry is one rule to enter, cut to what the router can say in one.
type Entry struct {
	Name     string   // label, starts with "SOPS ", unique in the guide, at most can.name_max bytes
	Slug     string   // an identifier: sops_in_443, sops_out_udp_123, with names by row: sops_out_1_2_22_443
	Tag      string   // a name without blanks: SOPS-in-443, SOPS-out-1-2-22-443
	Num      int      // a small number for devices that count their rules: 43 for row 4.3, unique in the guide
	Code     string   // row codes, "4.1" or "4.3, 5.1"
	Proto    string   // tcp, udp
	Port     uint16   // the first of Ports
	Ports    []uint16 // one, or at most can.list
	Hosts    []string // destinations of an outbound entry, one where can.hosts is 1
	Function string
}

// Can is what one rule of a router can say.
type Can struct {
	List    int  `yaml:"list"`     // ports in one rule; 0 and 1 mean one
	Names   bool `yaml:"names"`    // an outbound rule can name hosts; otherwise it opens the port to all
	IPv4    bool `yaml:"ipv4"`     // its rules are for IPv4: hubs and the server are named by IPv4 addresses alone
	NameMax int  `yaml:"name_max"` // longest label, bytes; 0 = the vendor gives no limit
	Rows    bool `yaml:"rows"`     // a rule goes by the number of its row: it always holds all ports of the row
	AnyHost bool `yaml:"any_host"` // a page whose outbound rules cannot name hosts: one rule for each port
}

// portWant is one port with all rows that want it.
type portWant struct {
	proto string
	port  uint16
	codes []string
	hosts []string
	what  string
}

// plan turns rows into entries. The same port of several rows is one entry, so
// that nothing is opened twice.
func plan(can Can, kind string, wants []Want) []Entry {
	var ports []*portWant
	for _, w := range wants {
		for _, p := range w.Ports {
			i := slices.IndexFunc(ports, func(x *portWant) bool {
				return x.proto == w.Proto && x.port == p && (kind == "in" || !can.Names || slices.Equal(x.hosts, w.Hosts))
			})
			if i < 0 {
				ports = append(ports, &portWant{proto: w.Proto, port: p, what: w.Function, hosts: slices.Clone(w.Hosts)})
				i = len(ports) - 1
			}
			x := ports[i]
			if !slices.Contains(x.codes, w.Code) {
				x.codes = append(x.codes, w.Code)
			}
			for _, h := range w.Hosts {
				if !slices.Contains(x.hosts, h) {
					x.hosts = append(x.hosts, h)
				}
			}
		}
	}
	return entries(can, kind, ports)
}

// entries joins ports that one rule can hold and names the rules.
func entries(can Can, kind string, ports []*portWant) []Entry {
	var out []Entry
	for _, p := range ports {
		i := slices.IndexFunc(out, func(e Entry) bool {
			return e.Proto == p.proto && len(e.Ports) < max(1, can.List) && e.Code == strings.Join(p.codes, ", ") &&
				(kind == "in" || !can.Names || slices.Equal(e.Hosts, p.hosts))
		})
		if i < 0 {
			out = append(out, Entry{Proto: p.proto, Function: p.what, Code: strings.Join(p.codes, ", ")})
			i = len(out) - 1
		}
		e := &out[i]
		e.Ports = append(e.Ports, p.port)
		slices.Sort(e.Ports)
		e.Port = e.Ports[0]
		for _, h := range p.hosts {
			if !slices.Contains(e.Hosts, h) {
				e.Hosts = append(e.Hosts, h)
			}
		}
	}
	used, slugs, nums := map[string]bool{}, map[string]bool{}, map[int]bool{}
	for i := range out {
		e := &out[i]
		e.Name = label(can, kind, *e)
		if used[e.Name] {
			e.Name = label(can, kind+" "+strconv.Itoa(i+1), *e)
		}
		used[e.Name] = true
		e.Slug = ident(can, kind, *e)
		if slugs[e.Slug] {
			e.Slug += "_" + strconv.Itoa(i+1)
		}
		slugs[e.Slug] = true
		e.Tag = strings.ReplaceAll(strings.Replace(e.Slug, "sops", "SOPS", 1), "_", "-")
		e.Num = number(e.Code)
		for nums[e.Num] {
			e.Num++
		}
		nums[e.Num] = true
	}
	return out
}

// label is a rule's name: "SOPS in 443", or with a list "SOPS in 80 443".
func label(can Can, kind string, e Entry) string {
	name := "SOPS " + kind
	for _, p := range e.Ports {
		name += " " + strconv.Itoa(int(p))
	}
	if can.NameMax > 0 && len(name) > can.NameMax {
		name = fmt.Sprintf("SOPS %s %d+", kind, e.Port)
	}
	return name
}

// ident is a rule's identifier. It is made of what the rule says, not of its
// place: a guide for fewer rows must not write over the rules of others.
func ident(can Can, kind string, e Entry) string {
	id := "sops_" + kind
	switch {
	case kind == "in" && e.Proto == "tcp":
	case kind != "in" && can.Names:
		id += "_" + strings.NewReplacer(".", "_", ", ", "_").Replace(e.Code)
	default:
		id += "_" + e.Proto
	}
	for _, p := range e.Ports {
		id += "_" + strconv.Itoa(int(p))
	}
	return id
}

// number is made of the first row code: 43 for 4.3, 710 for 7.10.
func number(code string) int {
	code, _, _ = strings.Cut(code, ",")
	n, _ := strconv.Atoi(strings.Replace(code, ".", "", 1))
	return max(1, n)
}
