package router_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// ec2Server is a small EC2 of one security group, after the public reference of
// its Query API (docs.aws.amazon.com/AWSEC2/latest/APIReference):
//
//   - a rule is protocol, ports and peer; its description is no part of it, so the
//     same rule with other words is InvalidPermission.Duplicate
//   - the permissions of one call go in together or not at all
//   - descriptions hold only the characters EC2 takes, at most 255
//   - tags of a call stand on every rule it makes; filters of tags look there
type ec2Server struct {
	group, region string

	mu    sync.Mutex
	rules []ec2Rule
	next  int
}

type ec2Rule struct {
	XMLName     struct{} `xml:"item"`
	ID          string   `xml:"securityGroupRuleId"`
	Group       string   `xml:"groupId"`
	Egress      bool     `xml:"isEgress"`
	Proto       string   `xml:"ipProtocol"`
	From        int      `xml:"fromPort"`
	To          int      `xml:"toPort"`
	IPv4        string   `xml:"cidrIpv4,omitempty"`
	IPv6        string   `xml:"cidrIpv6,omitempty"`
	Description string   `xml:"description,omitempty"`
	Tags        []ec2Tag `xml:"tagSet>item"`
}

type ec2Tag struct {
	Key   string `xml:"key"`
	Value string `xml:"value"`
}

// ec2Limit is the usual number of rules per group and direction.
const ec2Limit = 60

var (
	ec2Words = regexp.MustCompile(`^[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}$`)
	ec2Scope = regexp.MustCompile(`^AWS4-HMAC-SHA256 Credential=[^/]+/\d{8}/([a-z0-9-]+)/ec2/aws4_request`)
)

// ec2Error is an answer with a code of the reference.
type ec2Error struct{ code, say string }

func (e *ec2Error) Error() string { return e.code + ": " + e.say }

// newEC2 has one group, which lets everything out, as a new one does.
func newEC2(t *testing.T, group, region string) string {
	t.Helper()
	s := &ec2Server{group: group, region: region, next: 1}
	s.rules = []ec2Rule{{ID: "sgr-0", Group: group, Egress: true, Proto: "-1", From: -1, To: -1, IPv4: "0.0.0.0/0"}}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return srv.URL
}

func (s *ec2Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "text/xml")
	body, err := s.answer(r)
	if e, ok := err.(*ec2Error); ok { //nolint:errorlint // made below, never wrapped
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, `<Response><Errors><Error><Code>%s</Code><Message>`, e.code)
		_ = xml.EscapeText(w, []byte(e.say))
		_, _ = fmt.Fprint(w, `</Message></Error></Errors><RequestID>1</RequestID></Response>`)
		return
	}
	action := r.PostForm.Get("Action")
	_, _ = fmt.Fprintf(w, `<%sResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>1</requestId>%s</%sResponse>`, action, body, action)
}

func (s *ec2Server) answer(r *http.Request) (string, error) {
	if err := r.ParseForm(); err != nil {
		return "", &ec2Error{"MalformedQueryString", err.Error()}
	}
	if m := ec2Scope.FindStringSubmatch(r.Header.Get("Authorization")); m == nil || m[1] != s.region {
		return "", &ec2Error{"AuthFailure", "not signed for region " + s.region}
	}
	f := r.PostForm
	switch action := f.Get("Action"); action {
	case "DescribeSecurityGroupRules":
		return s.describe(f)
	case "DescribeInstances":
		return `<reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><ipAddress>203.0.113.5</ipAddress><privateIpAddress>10.0.0.5</privateIpAddress></item></instancesSet></item></reservationSet>`, nil
	case "AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress":
		return s.authorize(f, strings.HasSuffix(action, "Egress"))
	case "RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress":
		return s.revoke(f, strings.HasSuffix(action, "Egress"))
	default:
		return "", &ec2Error{"InvalidAction", "The action " + action + " is not valid for this web service."}
	}
}

// ec2List are the values of name.1rest, name.2rest and so on.
func ec2List(f url.Values, name, rest string) []string {
	var out []string
	for i := 1; f.Has(name + "." + strconv.Itoa(i) + rest); i++ {
		out = append(out, f.Get(name+"."+strconv.Itoa(i)+rest))
	}
	return out
}

func (s *ec2Server) checkGroup(f url.Values) error {
	if id := f.Get("GroupId"); id != s.group {
		return &ec2Error{"InvalidGroup.NotFound", "The security group '" + id + "' does not exist"}
	}
	return nil
}

func (s *ec2Server) describe(f url.Values) (string, error) {
	out := slices.Clone(s.rules)
	for i, name := range ec2List(f, "Filter", ".Name") {
		values := ec2List(f, "Filter."+strconv.Itoa(i+1)+".Value", "")
		key, isTag := strings.CutPrefix(name, "tag:")
		if !isTag && name != "group-id" {
			return "", &ec2Error{"InvalidParameterValue", "The filter '" + name + "' is invalid"}
		}
		out = slices.DeleteFunc(out, func(r ec2Rule) bool {
			if !isTag {
				return !slices.Contains(values, r.Group)
			}
			return !slices.ContainsFunc(r.Tags, func(t ec2Tag) bool { return t.Key == key && slices.Contains(values, t.Value) })
		})
	}
	return marshal("securityGroupRuleSet", out)
}

func marshal(set string, rules []ec2Rule) (string, error) {
	b, err := xml.Marshal(rules)
	return "<" + set + ">" + string(b) + "</" + set + ">", err
}

func (s *ec2Server) authorize(f url.Values, egress bool) (string, error) {
	if err := s.checkGroup(f); err != nil {
		return "", err
	}
	var tags []ec2Tag
	for i, kind := range ec2List(f, "TagSpecification", ".ResourceType") {
		if kind != "security-group-rule" {
			return "", &ec2Error{"InvalidParameterValue", "'" + kind + "' is not a valid taggable resource type for this operation."}
		}
		at := "TagSpecification." + strconv.Itoa(i+1) + ".Tag"
		values := ec2List(f, at, ".Value")
		for j, k := range ec2List(f, at, ".Key") {
			tags = append(tags, ec2Tag{k, values[j]})
		}
	}
	var added []ec2Rule
	for i, proto := range ec2List(f, "IpPermissions", ".IpProtocol") {
		at := "IpPermissions." + strconv.Itoa(i+1)
		peers := 0
		for j, cidr := range ec2List(f, at+".IpRanges", ".CidrIp") {
			r, err := s.rule(f, at, proto, egress, tags, f.Get(at+".IpRanges."+strconv.Itoa(j+1)+".Description"))
			if err != nil {
				return "", err
			}
			r.IPv4 = cidr
			added, peers = append(added, r), peers+1
		}
		for j, cidr := range ec2List(f, at+".Ipv6Ranges", ".CidrIpv6") {
			r, err := s.rule(f, at, proto, egress, tags, f.Get(at+".Ipv6Ranges."+strconv.Itoa(j+1)+".Description"))
			if err != nil {
				return "", err
			}
			r.IPv6 = cidr
			added, peers = append(added, r), peers+1
		}
		if peers == 0 {
			return "", &ec2Error{"MissingParameter", "Source group or CIDR is missing"}
		}
	}
	if len(added) == 0 {
		return "", &ec2Error{"MissingParameter", "The request must contain the parameter ipPermissions"}
	}
	for _, r := range added {
		if err := s.fits(r); err != nil {
			return "", err
		}
	}
	s.rules = append(s.rules, added...)
	set, err := marshal("securityGroupRuleSet", added)
	return "<return>true</return>" + set, err
}

func (s *ec2Server) rule(f url.Values, at, proto string, egress bool, tags []ec2Tag, words string) (ec2Rule, error) {
	r := ec2Rule{ID: fmt.Sprintf("sgr-%017x", s.next), Group: s.group, Egress: egress, Proto: proto, From: -1, To: -1, Description: words, Tags: tags}
	s.next++
	if !ec2Words.MatchString(words) {
		return r, &ec2Error{"InvalidParameterValue", "Invalid rule description."}
	}
	if proto == "-1" {
		return r, nil
	}
	var err1, err2 error
	r.From, err1 = strconv.Atoi(f.Get(at + ".FromPort"))
	r.To, err2 = strconv.Atoi(f.Get(at + ".ToPort"))
	if err1 != nil || err2 != nil || r.From < 0 || r.To > 65535 || r.From > r.To || proto != "tcp" && proto != "udp" {
		return r, &ec2Error{"InvalidParameterValue", "Invalid protocol or port range"}
	}
	return r, nil
}

func (s *ec2Server) fits(r ec2Rule) error {
	p, err := netip.ParsePrefix(r.IPv4 + r.IPv6)
	if err != nil || p.Masked() != p || p.Addr().Is4() != (r.IPv4 != "") {
		return &ec2Error{"InvalidParameterValue", "CIDR block " + r.IPv4 + r.IPv6 + " is malformed"}
	}
	n := 0
	for _, o := range s.rules {
		if o.Egress != r.Egress {
			continue
		}
		n++
		if o.Proto == r.Proto && o.From == r.From && o.To == r.To && o.IPv4 == r.IPv4 && o.IPv6 == r.IPv6 {
			return &ec2Error{"InvalidPermission.Duplicate", fmt.Sprintf(
				`the specified rule "peer: %s, %s, from port: %d, to port: %d, ALLOW" already exists`, r.IPv4+r.IPv6, strings.ToUpper(r.Proto), r.From, r.To)}
		}
	}
	if n >= ec2Limit {
		return &ec2Error{"RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached."}
	}
	return nil
}

func (s *ec2Server) revoke(f url.Values, egress bool) (string, error) {
	if err := s.checkGroup(f); err != nil {
		return "", err
	}
	ids := ec2List(f, "SecurityGroupRuleId", "")
	if len(ids) == 0 {
		return "", &ec2Error{"MissingParameter", "The request must contain the parameter ipPermissions or securityGroupRuleIds"}
	}
	for _, id := range ids {
		if !slices.ContainsFunc(s.rules, func(r ec2Rule) bool { return r.ID == id && r.Egress == egress }) {
			return "", &ec2Error{"InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '" + id + "' does not exist"}
		}
	}
	s.rules = slices.DeleteFunc(s.rules, func(r ec2Rule) bool { return slices.Contains(ids, r.ID) })
	return "<return>true</return>", nil
}
