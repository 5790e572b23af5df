package wizard

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/router"
)

// siteFile is a Site in the order and form of the file.
type siteFile struct {
	Version   int            `yaml:"version"`
	Name      string         `yaml:"name,omitempty"`
	Case      rules.Case     `yaml:"case,omitempty"`
	Sources   []any          `yaml:"sources,omitempty,flow"`
	Server    *serverFile    `yaml:"server,omitempty"`
	Hubs      *hubsFile      `yaml:"hubs,omitempty"`
	Outbound  Outbound       `yaml:"outbound,omitempty"`
	From      rules.Place    `yaml:"from,omitempty"`
	Firewalls []firewallFile `yaml:"firewalls,omitempty"`
	Step      string         `yaml:"step,omitempty"`
}

type serverFile struct {
	Domain   string `yaml:"domain,omitempty"`
	LANIP    string `yaml:"lan_ip,omitempty"`
	PublicIP string `yaml:"public_ip,omitempty"`
}

type hubsFile struct {
	Subnets []string `yaml:"subnets,flow"`
}

type firewallFile struct {
	Side       router.Side       `yaml:"side"`
	Router     string            `yaml:"router,omitempty"`
	Generation string            `yaml:"generation,omitempty"`
	Front      bool              `yaml:"front,omitempty"`
	To         string            `yaml:"to,omitempty"`
	Inputs     map[string]string `yaml:"inputs,omitempty"`
}

type sourceFile struct {
	Kind rules.Source `yaml:"kind"`
	Host string       `yaml:"host"`
	Port uint16       `yaml:"port,omitempty"`
}

// MarshalSite writes the file that ParseSite reads.
func MarshalSite(s Site) ([]byte, error) {
	f := siteFile{Version: siteVersion, Name: s.Name, Case: s.Case, Outbound: s.Outbound, From: s.From, Step: s.Step}
	for _, d := range s.Sources {
		if d.Host == "" {
			f.Sources = append(f.Sources, string(d.Kind))
			continue
		}
		f.Sources = append(f.Sources, sourceFile(d))
	}
	if s.Server != (Server{}) {
		f.Server = &serverFile{s.Server.Domain, addrText(s.Server.LANIP), addrText(s.Server.PublicIP)}
	}
	if len(s.Hubs.Subnets) > 0 {
		f.Hubs = &hubsFile{}
		for _, p := range s.Hubs.Subnets {
			f.Hubs.Subnets = append(f.Hubs.Subnets, p.String())
		}
	}
	for _, w := range s.Firewalls {
		f.Firewalls = append(f.Firewalls, firewallFile{w.Side, w.Router, w.Generation, w.Front, addrText(w.To), w.Inputs})
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(f); err != nil {
		return nil, fmt.Errorf("answers: %w", err)
	}
	return b.Bytes(), nil
}

func addrText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// findRouter looks a router up. Which variant a router without a generation
// means is the catalogue's to say.
func findRouter(cat *router.Catalogue, id, generation string) (*router.Variant, error) {
	if cat == nil {
		return nil, &router.UnknownError{ID: id}
	}
	if !idForm.MatchString(strings.ReplaceAll(id, "/", "-")) || generation != "" && !idForm.MatchString(generation) {
		return nil, check.Say("problems.router.form", "router", strconv.Quote(shown(id)))
	}
	if i := slices.IndexFunc(cat.Routers, func(r router.Router) bool { return r.ID == id }); i >= 0 {
		for _, v := range cat.Routers[i].Variants {
			if generation == "" || v.Generation == generation {
				return v, nil
			}
		}
	}
	_, v, err := cat.Find(id, generation)
	return v, err
}

// routerKey is the sentence around what is wrong with a router's id: what to take
// for a brand that nobody wrote a guide for.
func routerKey(err error) string {
	if strings.Contains(err.Error(), genericID) {
		return "site-file.router"
	}
	return "site-file.router-or-generic"
}
