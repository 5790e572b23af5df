package router_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/syncsign/sops-firewall/rules/router"
)

// tfResources are the arguments of the resources our texts may hold, with "*"
// before those that are required and "/" behind blocks, from the documentation
// of the providers (registry.terraform.io/providers/<source>/latest/docs).
var tfResources = map[string][]string{
	// hashicorp/aws: resources/vpc_security_group_ingress_rule, …_egress_rule
	"aws_vpc_security_group_ingress_rule": {"*security_group_id", "*ip_protocol", "description", "from_port", "to_port", "cidr_ipv4", "cidr_ipv6", "tags"},
	"aws_vpc_security_group_egress_rule":  {"*security_group_id", "*ip_protocol", "description", "from_port", "to_port", "cidr_ipv4", "cidr_ipv6", "tags"},
	// hashicorp/azurerm: resources/network_security_rule
	"azurerm_network_security_rule": {
		"*name", "*resource_group_name", "*network_security_group_name", "*protocol", "*access", "*priority", "*direction", "description",
		"source_port_range", "destination_port_ranges", "source_address_prefix", "destination_address_prefix",
	},
	// hashicorp/google: resources/compute_firewall
	"google_compute_firewall": {"*name", "*network", "description", "direction", "priority", "source_ranges", "destination_ranges", "target_tags", "*allow.protocol", "allow.ports"},
	// oracle/oci: resources/core_network_security_group_security_rule
	"oci_core_network_security_group_security_rule": {
		"*network_security_group_id", "*direction", "*protocol", "description", "source", "source_type", "destination", "destination_type", "stateless",
		"tcp_options.destination_port_range.min", "tcp_options.destination_port_range.max", "udp_options.destination_port_range.min", "udp_options.destination_port_range.max",
	},
	// vultr/vultr: resources/firewall_rule
	"vultr_firewall_rule": {"*firewall_group_id", "*protocol", "*ip_type", "*subnet", "*subnet_size", "port", "notes"},
}

// tfBlock is one resource: its arguments as plain text; those of a block in it
// are "allow.ports".
type tfBlock struct {
	kind, name string
	args       map[string]string
}

// readTerraform parses a text with Terraform's own parser and checks every
// argument against the documentation.
func readTerraform(t *testing.T, text string) []tfBlock {
	t.Helper()
	f, diags := hclparse.NewParser().ParseHCL([]byte(text), "sops.tf")
	if diags.HasErrors() {
		t.Fatalf("%v in\n%s", diags, text)
	}
	body := f.Body.(*hclsyntax.Body)
	for _, a := range body.Attributes {
		t.Errorf("argument %s outside of a resource", a.Name)
	}
	var out []tfBlock
	seen := map[string]bool{}
	for _, b := range body.Blocks {
		if b.Type != "resource" || len(b.Labels) != 2 || seen[strings.Join(b.Labels, ".")] {
			t.Fatalf("want resources of different names, got %s %q", b.Type, b.Labels)
		}
		seen[strings.Join(b.Labels, ".")] = true
		if !hclsyntax.ValidIdentifier(b.Labels[1]) || !strings.HasPrefix(b.Labels[1], "sops_") {
			t.Errorf("%q: want a name that begins with sops_", b.Labels[1])
		}
		r := tfBlock{kind: b.Labels[0], name: b.Labels[1], args: map[string]string{}}
		r.read(t, b.Body, "")
		known := tfResources[r.kind]
		if known == nil {
			t.Fatalf("no facts on resource %s", r.kind)
		}
		for _, k := range known {
			if name, need := strings.CutPrefix(k, "*"); need && r.args[name] == "" {
				t.Errorf("%s %s: %s is missing", r.kind, r.name, name)
			}
		}
		for name := range r.args {
			if !slices.Contains(known, name) && !slices.Contains(known, "*"+name) {
				t.Errorf("%s %s: unknown argument %s", r.kind, r.name, name)
			}
		}
		out = append(out, r)
	}
	return out
}

// read takes over the arguments of a body; repeated blocks are told apart by
// their number.
func (r *tfBlock) read(t *testing.T, body *hclsyntax.Body, prefix string) {
	t.Helper()
	for name, a := range body.Attributes {
		v, diags := a.Expr.Value(&hcl.EvalContext{})
		if diags.HasErrors() {
			t.Errorf("%s %s: %s: %v", r.kind, r.name, name, diags)
			continue
		}
		r.args[prefix+name] = plain(t, v)
	}
	for _, b := range body.Blocks {
		inner := tfBlock{kind: r.kind, name: r.name, args: map[string]string{}}
		inner.read(t, b.Body, prefix+b.Type+".")
		for k, v := range inner.args {
			if old := r.args[k]; old != "" {
				v = old + " | " + v
			}
			r.args[k] = v
		}
	}
}

// plain is a value as text: "443", "80,443", "a=b".
func plain(t *testing.T, v cty.Value) string {
	t.Helper()
	switch {
	case v.Type().IsTupleType():
		var out []string
		for _, e := range v.AsValueSlice() {
			out = append(out, plain(t, e))
		}
		return strings.Join(out, ",")
	case v.Type().IsObjectType():
		m := v.AsValueMap()
		var out []string
		for _, k := range slices.Sorted(maps.Keys(m)) {
			out = append(out, k+"="+plain(t, m[k]))
		}
		return strings.Join(out, ",")
	}
	s, err := convert.Convert(v, cty.String)
	if err != nil {
		t.Fatal(err)
	}
	return s.AsString()
}

// cloudGuide renders a shipped guide of a cloud.
func cloudGuide(t *testing.T, id, generation string, in map[string]string, outbound string, wants ...router.Want) router.Guide {
	t.Helper()
	c, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	_, v, err := c.Find(id, generation)
	if err != nil {
		t.Fatal(err)
	}
	site := webSite()
	site.Outbound = outbound
	g, err := v.Render(router.Request{Side: router.SideServer, Site: site, Inputs: in, Wants: wants, Lang: "en"})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []router.Part{router.Prepare, router.Apply, router.Verify, router.Undo, router.Notes} {
		if text(g, p) == "" {
			t.Errorf("%s/%s: no part %s", id, generation, p)
		}
	}
	return g
}

// sameOpenings compares what a text lets through, in any order.
func sameOpenings(t *testing.T, got, want []string) {
	t.Helper()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("lets through\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestAWSTerraform: one rule per port and family, in the group asked for.
func TestAWSTerraform(t *testing.T) {
	in := map[string]string{"group_id": awsGroup, "ipv6": "yes"}
	var got []string
	g := cloudGuide(t, "aws", "terraform", in, "closed", append(inboundWants()[:1], outboundWants()...)...)
	for _, b := range readTerraform(t, text(g, router.Apply)) {
		a := b.args
		if a["from_port"] != a["to_port"] || a["security_group_id"] != awsGroup || !strings.HasPrefix(b.name, strings.TrimPrefix(a["tags"], "sops=")) {
			t.Errorf("%s: %v", b.name, a)
		}
		if s := text(g, router.Undo); !strings.Contains(s, "`"+strings.TrimSuffix(b.name, "_v6")+"`") {
			t.Errorf("undo does not name %s:\n%s", b.name, s)
		}
		got = append(got, fmt.Sprintf("%s %s %s %s %s", strings.Split(b.kind, "_")[4], a["ip_protocol"], a["from_port"], a["cidr_ipv4"]+a["cidr_ipv6"], a["description"]))
	}
	var want []string
	for _, cidr := range []string{"0.0.0.0/0", "::/0"} {
		want = append(want,
			"ingress tcp 8443 "+cidr+" SOPS in 8443", "ingress tcp 8883 "+cidr+" SOPS in 8883",
			"egress tcp 443 "+cidr+" SOPS out 443", "egress tcp 8433 "+cidr+" SOPS out 8433", "egress udp 123 "+cidr+" SOPS out 123")
	}
	sameOpenings(t, got, want)
}
