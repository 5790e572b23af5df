package router

import (
	"errors"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/syncsign/sops-firewall/rules/check"
)

// forms are the inputs that are words of one shape. All start with a letter or
// digit: a leading hyphen is an option to somebody.
var forms = map[string]*regexp.Regexp{
	"iface":  regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,31}$`),
	"zone":   regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$`),
	"word":   regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$`),
	"id":     regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$`),
	"name":   regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$`),
	"ocid":   regexp.MustCompile(`^ocid1\.[a-z]+\.[a-z0-9]+\.[a-z0-9-]*\.[a-z0-9]{1,100}$`),
	"number": regexp.MustCompile(`^[1-9][0-9]{0,8}$`),
	"mac":    regexp.MustCompile(`^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}$`),
	"sg":     regexp.MustCompile(`^sg-([0-9a-f]{8}|[0-9a-f]{17})$`),
}

var askKinds = []string{"choice", "id", "iface", "ip", "mac", "name", "number", "ocid", "port", "prefix", "sg", "word", "zone"}

// CheckInput validates one input as typed and returns its normal form. An empty
// value gives the default, or is an error where there is none.
func (a Ask) CheckInput(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		s = a.Default
	}
	if s == "" {
		if a.Optional {
			return "", nil
		}
		return "", check.Say("problems.input.missing", "what", a.name(), "how", a.How)
	}
	switch a.Kind {
	case "choice":
		if !slices.Contains(a.Choices, s) {
			return "", check.Say("problems.input.choice", "what", a.name(), "known", strings.Join(a.Choices, ", "))
		}
		return s, nil
	case "port":
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 65535 {
			return "", a.wrong()
		}
		return strconv.Itoa(n), nil
	case "ip":
		ip, err := netip.ParseAddr(s)
		if err != nil || ip.Zone() != "" {
			return "", a.wrong()
		}
		return ip.String(), nil
	case "prefix":
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return "", a.wrong()
		}
		return p.Masked().String(), nil
	}
	f, ok := forms[a.Kind]
	if !ok {
		return "", errors.New("the router file asks for an unknown kind of input")
	}
	if !f.MatchString(s) {
		return "", a.wrong()
	}
	return s, nil
}

// AsksFor are the inputs that a guide for this side needs.
func (v *Variant) AsksFor(side Side) []Ask {
	return slices.DeleteFunc(slices.Clone(v.Asks), func(a Ask) bool { return len(a.Sides) > 0 && !slices.Contains(a.Sides, side) })
}

// inputs are the normal forms of all inputs by Ask.ID; those that this side does
// not need are there too, and may be empty.
func (v *Variant) inputs(r Request) (map[string]string, error) {
	in := map[string]string{}
	var errs []error
	for _, a := range v.Asks {
		given := r.Inputs[a.ID]
		if given == "" && a.From == "public_ip" && r.Site.PublicIP.Is4() {
			given = r.Site.PublicIP.String()
		}
		a.Label, a.How = v.Said(r.Lang, a.Label), v.Said(r.Lang, a.How)
		value, err := a.CheckInput(given)
		if err != nil && (given != "" || len(a.Sides) == 0 || slices.Contains(a.Sides, r.Side)) {
			errs = append(errs, err)
		}
		in[a.ID] = value
	}
	for id := range r.Inputs {
		if _, known := in[id]; !known {
			errs = append(errs, check.Say("problems.input.unknown", "router", v.Said(r.Lang, v.Name), "id", strconv.Quote(id)))
		}
	}
	return in, errors.Join(errs...)
}

func (a Ask) name() string {
	if a.Label == "" || a.Label == a.ID {
		return a.ID
	}
	return a.ID + " (" + a.Label + ")"
}

// wrong is the error of a value that is not of the kind.
func (a Ask) wrong() error { return check.Say("problems.input."+a.Kind, "what", a.name()) }
