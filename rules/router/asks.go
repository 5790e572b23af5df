package router

import (
	"errors"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// forms are the inputs that are words of one shape. All start with a letter or
// digit: a leading hyphen is an option to somebody.
var forms = map[string]struct {
	re   *regexp.Regexp
	want string
}{
	"iface":  {regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,31}$`), "an interface name such as ether1 or WAN"},
	"zone":   {regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$`), "a zone name such as wan"},
	"word":   {regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$`), "one word of letters, digits, dots and hyphens"},
	"id":     {regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$`), "an identifier of letters, digits and hyphens"},
	"name":   {regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$`), "a name of letters, digits, dots, underscores and hyphens"},
	"ocid":   {regexp.MustCompile(`^ocid1\.[a-z]+\.[a-z0-9]+\.[a-z0-9-]*\.[a-z0-9]{1,100}$`), "an identifier that begins with ocid1."},
	"number": {regexp.MustCompile(`^[1-9][0-9]{0,8}$`), "a number such as 12"},
	"mac":    {regexp.MustCompile(`^[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}$`), "a hardware address such as 00:11:22:33:44:55"},
	"sg":     {regexp.MustCompile(`^sg-([0-9a-f]{8}|[0-9a-f]{17})$`), "a group id such as sg-0123456789abcdef0"},
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
		return "", fmt.Errorf("%s is missing%s", a.name(), a.hint())
	}
	switch a.Kind {
	case "choice":
		if !slices.Contains(a.Choices, s) {
			return "", fmt.Errorf("%s: want one of %s", a.name(), strings.Join(a.Choices, ", "))
		}
		return s, nil
	case "port":
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 65535 {
			return "", fmt.Errorf("%s: want a port number from 1 to 65535", a.name())
		}
		return strconv.Itoa(n), nil
	case "ip":
		ip, err := netip.ParseAddr(s)
		if err != nil || ip.Zone() != "" {
			return "", fmt.Errorf("%s: want an IP address such as 192.168.1.20", a.name())
		}
		return ip.String(), nil
	case "prefix":
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return "", fmt.Errorf("%s: want a network such as 192.168.1.0/24", a.name())
		}
		return p.Masked().String(), nil
	}
	f, ok := forms[a.Kind]
	if !ok {
		return "", errors.New("the router file asks for an unknown kind of input")
	}
	if !f.re.MatchString(s) {
		return "", fmt.Errorf("%s: want %s", a.name(), f.want)
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
		value, err := a.CheckInput(given)
		if err != nil && (given != "" || len(a.Sides) == 0 || slices.Contains(a.Sides, r.Side)) {
			errs = append(errs, err)
		}
		in[a.ID] = value
	}
	for id := range r.Inputs {
		if _, known := in[id]; !known {
			errs = append(errs, fmt.Errorf("%s has no input %q", v.Name, id))
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

func (a Ask) hint() string {
	if a.How == "" {
		return ""
	}
	return "; to find it: " + a.How
}
