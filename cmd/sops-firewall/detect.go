package main

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/spf13/cobra"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

func (a *app) detectCmd() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:  "detect",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("--format", format, "text", "json"); err != nil {
				return err
			}
			w, err := a.words()
			if err != nil {
				return err
			}
			h := a.here().Told(w)
			look, err := a.looker(h)
			if err != nil {
				return err
			}
			if look != nil {
				h = h.Looked(look(cmd.Context()), w)
			}
			book, err := a.book()
			if err != nil {
				return err
			}
			if format == "json" {
				return a.printJSON(hereJSON(h, book))
			}
			return a.print(hereText(h, book, w))
		},
	}
	c.Flags().StringVar(&format, "format", "text", "")
	known(c, "format", "text", "json")
	return c
}

func hereText(h wizard.Here, book *rules.Book, w *wizard.Words) string {
	var b strings.Builder
	put := func(label, value string) { _, _ = fmt.Fprintf(&b, "%-16s %s\n", label, value) }
	line := func(label, value string) {
		if value == "" {
			value = w.Say("commands.detect.unfound")
		}
		if key := "commands.detect.labels." + label; w.Has(key) {
			label = w.Say(key)
		}
		put(label, value)
	}
	line("computer", strings.Trim(h.Host+", "+h.OS, ", "))
	for _, n := range h.Nets {
		line("address", w.Say("commands.detect.address", "address", n.Prefix.String(), "interface", n.Name))
	}
	line("gateway", addrText(h.Gateway))
	if h.Gateway6.IsValid() {
		line("gateway6", addrText(h.Gateway6))
	}
	var dns []string
	for _, r := range h.Resolvers {
		dns = append(dns, r.Addr().String())
	}
	line("resolvers", strings.Join(dns, ", "))
	switch {
	case h.Cloud != "":
		line("cloud", h.CloudName)
	default:
		line("cloud", w.Say("commands.detect.no-cloud"))
	}
	if h.Container != "" {
		text := h.Container
		if h.Inside() {
			text = w.Say("commands.detect.inside", "container", h.Container)
		}
		line("container", text)
	}
	for _, s := range h.StandLines(book, w) {
		put(w.Say("here.what."+s.What), s.Text)
	}
	if h.Router != "" {
		line("router", h.Router+": "+h.RouterWhy)
	} else {
		line("router", w.Say("commands.detect.unknown"))
	}
	if h.WAN.IsValid() {
		line("wan", w.Say("commands.detect.wan", "address", h.WAN.String(), "by", h.WANBy))
	}
	if c := h.NAT(); c != "" {
		f := w.Finding(check.Result{Code: c}, nil)
		label := ""
		if !h.WAN.IsValid() {
			label = "wan"
		}
		line(label, f.Seen+" "+f.Means+" "+f.Do)
	}
	switch c, why := h.LikelyCase(); c {
	case "":
		line("case", w.Say("commands.detect.unknown"))
	default:
		line("case", string(c)+": "+w.Text("questions.case.because."+why, map[string]string{
			"cloud": h.CloudName, "address": h.Main.Prefix.Addr().String(),
		}))
	}
	return b.String()
}

func addrText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// hereReport is `detect --format json` (schema 1); fields are only ever added.
type hereReport struct {
	Schema      int           `json:"schema"`
	Host        string        `json:"host"`
	OS          string        `json:"os"`
	System      string        `json:"system"` // linux, darwin, windows
	Addresses   []hereAddress `json:"addresses"`
	Main        string        `json:"main"` // the address others know this computer by
	Gateway     string        `json:"gateway"`
	Gateway6    string        `json:"gateway6"`
	GatewayMAC  string        `json:"gateway_mac"`
	NameServers []string      `json:"name_servers"`
	Cloud       string        `json:"cloud"` // router id
	CloudName   string        `json:"cloud_name"`
	Container   string        `json:"container"`
	Inside      bool          `json:"inside"` // the addresses are known inside this computer only
	Router      string        `json:"router"` // likely router id
	RouterWhy   string        `json:"router_because"`
	WAN         string        `json:"router_wan"` // the router's address on the Internet, as it says
	WANBy       string        `json:"router_wan_by"`
	NAT         string        `json:"nat"`  // nat.double, nat.cgnat, nat.hidden, or nothing found
	Case        string        `json:"case"` // likely deployment
	SSH         bool          `json:"ssh"`
	wizard.StandsJSON
}

type hereAddress struct {
	Interface string `json:"interface"`
	Address   string `json:"address"`
}

func hereJSON(h wizard.Here, book *rules.Book) hereReport {
	c, _ := h.LikelyCase()
	r := hereReport{
		Schema: 1, Host: h.Host, OS: h.OS, System: h.GOOS, Addresses: []hereAddress{}, NameServers: []string{},
		Gateway: addrText(h.Gateway), Gateway6: addrText(h.Gateway6), GatewayMAC: h.MAC, Cloud: h.Cloud, CloudName: h.CloudName,
		Container: h.Container, Inside: h.Inside(), Router: h.Router, RouterWhy: h.RouterWhy, WAN: addrText(h.WAN), WANBy: h.WANBy, NAT: string(h.NAT()), Case: string(c), SSH: h.SSH,
		StandsJSON: h.StandsJSON(book),
	}
	for _, n := range h.Nets {
		r.Addresses = append(r.Addresses, hereAddress{n.Name, n.Prefix.String()})
	}
	for _, s := range h.Resolvers {
		r.NameServers = append(r.NameServers, s.Addr().String())
	}
	if h.Main.Prefix.IsValid() {
		r.Main = h.Main.Prefix.String()
	}
	return r
}
