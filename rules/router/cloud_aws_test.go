package router_test

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules/router"
)

const (
	awsGroup  = "sg-0123456789abcdef0"
	awsRegion = "eu-central-1"
)

// awsLab is the real aws command with an EC2 on loopback.
type awsLab struct {
	t     *testing.T
	group string
	env   []string
}

// newAWSLab asks our own EC2, or with moto the simulator of that name.
func newAWSLab(t *testing.T, moto bool) *awsLab {
	t.Helper()
	aws := awsCommand(t)
	if !moto {
		t.Parallel()
		return &awsLab{t: t, group: awsGroup, env: awsEnv(t, aws, newEC2(t, awsGroup, awsRegion))}
	}
	if _, err := exec.LookPath("moto_server"); err != nil {
		t.Skipf("only where the simulator moto is at hand: %v", err)
	}
	t.Parallel()
	l := &awsLab{t: t, env: awsEnv(t, aws, startMoto(t))}
	l.group = strings.TrimSpace(l.clean("aws ec2 describe-security-groups --region " + awsRegion + " --query 'SecurityGroups[0].GroupId' --output text"))
	return l
}

// newAWSShell asks another service of ours.
func newAWSShell(t *testing.T, service http.Handler) *awsLab {
	t.Helper()
	aws := awsCommand(t)
	t.Parallel()
	srv := httptest.NewServer(service)
	t.Cleanup(srv.Close)
	return &awsLab{t: t, env: append(awsEnv(t, aws, srv.URL), "HOME="+t.TempDir())}
}

// awsCommand is where the real aws command is.
func awsCommand(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("the aws command takes a second per call; run without -short")
	}
	for _, file := range []string{"/usr/bin/aws", "aws"} { // Debian's first
		if aws, err := exec.LookPath(file); err == nil {
			return aws
		}
	}
	if os.Getenv("SOPS_LAB") == "must" {
		t.Fatal("the guide for AWS is proven with the aws command (Debian: awscli), and there is none")
	}
	t.Skip("the guide for AWS is proven with the aws command (Debian: awscli), and there is none")
	return ""
}

// awsEnv is an environment in which aws asks an endpoint and knows no account.
func awsEnv(t *testing.T, aws, endpoint string) []string {
	t.Helper()
	bin := t.TempDir()
	script := "#!/bin/sh\nexec " + aws + " --endpoint-url " + endpoint + " \"$@\"\n"
	if err := os.WriteFile(filepath.Join(bin, "aws"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return append(slices.DeleteFunc(os.Environ(), func(s string) bool {
		return strings.HasPrefix(s, "AWS_") || strings.HasPrefix(strings.ToLower(s), "http")
	}), "PATH="+bin+":"+os.Getenv("PATH"), "AWS_CONFIG_FILE="+bin+"/none", "AWS_SHARED_CREDENTIALS_FILE="+bin+"/none",
		"AWS_ACCESS_KEY_ID=lab", "AWS_SECRET_ACCESS_KEY=lab", "AWS_EC2_METADATA_DISABLED=true", "NO_PROXY=*")
}

// startMoto runs the simulator until the test ends and returns its address.
func startMoto(t *testing.T) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), "moto_server", "-H", "127.0.0.1", "-p", "0")
	talk, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	lines := bufio.NewScanner(talk)
	for lines.Scan() {
		if m := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(lines.Text()); m != "" {
			go func() { // moto must not block on its log
				for lines.Scan() {
				}
			}()
			return m
		}
	}
	t.Fatal("moto_server did not say where it listens")
	return ""
}

// sh runs a script as it would be pasted and returns stdout and stderr.
func (l *awsLab) sh(script string) (out, talk string) {
	l.t.Helper()
	return shell(l.t, l.env, "", script)
}

// clean is sh for a script that must not complain.
func (l *awsLab) clean(script string) string {
	l.t.Helper()
	out, talk := l.sh(script)
	if strings.TrimSpace(talk) != "" {
		l.t.Fatalf("%s\n-- of --\n%s", talk, script)
	}
	return out
}

// rules is what the group lets through, sorted.
func (l *awsLab) rules() []string {
	l.t.Helper()
	out := l.clean("aws ec2 describe-security-group-rules --region " + awsRegion + " --filters Name=group-id,Values=" + l.group +
		" --query 'SecurityGroupRules[].[IsEgress,IpProtocol,FromPort,ToPort,CidrIpv4,CidrIpv6,Description]' --output text")
	return slices.Sorted(strings.Lines(strings.ReplaceAll(out, "\t", " ")))
}

// allow adds a rule of the owner's own.
func (l *awsLab) allow(port, words string) {
	l.t.Helper()
	l.clean("aws ec2 authorize-security-group-ingress --region " + awsRegion + " --group-id " + l.group +
		" --ip-permissions 'IpProtocol=tcp,FromPort=" + port + ",ToPort=" + port + ",IpRanges=[{CidrIp=0.0.0.0/0,Description=" + words + "}]' >/dev/null")
}

// guide renders the shipped guide for this group.
func (l *awsLab) guide(outbound, ipv6 string, wants ...router.Want) router.Guide {
	l.t.Helper()
	return cloudGuide(l.t, "aws", "cli", map[string]string{"region": awsRegion, "group_id": l.group, "ipv6": ipv6}, outbound, wants...)
}

func sameRules(t *testing.T, when string, got, want []string) {
	t.Helper()
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%s\n-- got --\n%s-- want --\n%s", when, strings.Join(got, ""), strings.Join(want, ""))
	}
}

// awsRule is a line of awsLab.rules.
func awsRule(egress, proto, port, cidr, name string) string {
	v4, v6 := cidr, "None"
	if strings.Contains(cidr, ":") {
		v4, v6 = v6, v4
	}
	return strings.Join([]string{egress, proto, port, port, v4, v6, name}, " ") + "\n"
}

// TestAWSInbound pastes the guide twice beside rules of the owner's own, one of
// them for a port of ours, then takes it back.
func TestAWSInbound(t *testing.T) {
	t.Parallel()
	for name, moto := range map[string]bool{"own EC2": false, "moto": true} {
		t.Run(name, func(t *testing.T) {
			l := newAWSLab(t, moto)
			l.allow("22", "SSH")
			l.allow("80", "our web shop")
			before := l.rules()
			g := l.guide("open", "no", inboundWants()[0], inboundWants()[2])

			out, talk := l.sh(text(g, router.Apply))
			if n := strings.Count(talk, "InvalidPermission.Duplicate"); n != 1 {
				t.Errorf("first paste: %d duplicates, want the web shop's alone:\n%s", n, talk)
			}
			if n := strings.Count(out, "sgr-"); n != 3 {
				t.Errorf("first paste printed %d rules, want 3:\n%s", n, out)
			}
			want := slices.Clone(before)
			for _, p := range []string{"443", "8443", "8883"} {
				want = append(want, awsRule("False", "tcp", p, "0.0.0.0/0", "SOPS in "+p))
			}
			sameRules(t, "after the first paste", l.rules(), want)

			_, talk = l.sh(text(g, router.Apply))
			if n := strings.Count(talk, "InvalidPermission.Duplicate"); n != 4 || strings.Count(talk, "An error occurred") != 4 {
				t.Errorf("second paste: %d duplicates, want 4 and nothing else:\n%s", n, talk)
			}
			sameRules(t, "after the second paste", l.rules(), want)

			shown := l.clean(text(g, router.Verify))
			for _, w := range []string{"SOPS in 8883", "our web shop", "8443", "0.0.0.0/0"} {
				if !strings.Contains(shown, w) {
					t.Errorf("verify does not show %q:\n%s", w, shown)
				}
			}
			for _, time := range []string{"first", "second"} {
				l.clean(text(g, router.Undo))
				sameRules(t, "after the "+time+" undo", l.rules(), slices.Clone(before))
			}
		})
	}
}

// TestAWSOutbound: with the way out closed and IPv6, each port goes in for both
// families; the undo of a guide for one row takes that row alone.
func TestAWSOutbound(t *testing.T) {
	l := newAWSLab(t, false)
	l.clean("aws ec2 revoke-security-group-egress --region " + awsRegion + " --group-id " + l.group + " --security-group-rule-ids $(aws ec2 describe-security-group-rules --region " +
		awsRegion + " --filters Name=group-id,Values=" + l.group + " --query 'SecurityGroupRules[?IsEgress].SecurityGroupRuleId' --output text) >/dev/null")
	before := l.rules()
	wants := append(inboundWants()[:1], outboundWants()...)
	g, one := l.guide("closed", "yes", wants...), l.guide("closed", "yes", outboundWants()[1])
	l.clean(text(g, router.Apply))
	want := slices.Clone(before)
	for _, cidr := range []string{"0.0.0.0/0", "::/0"} {
		want = append(want,
			awsRule("False", "tcp", "8443", cidr, "SOPS in 8443"), awsRule("False", "tcp", "8883", cidr, "SOPS in 8883"),
			awsRule("True", "tcp", "443", cidr, "SOPS out 443"), awsRule("True", "tcp", "8433", cidr, "SOPS out 8433"))
	}
	ntp := []string{awsRule("True", "udp", "123", "0.0.0.0/0", "SOPS out 123"), awsRule("True", "udp", "123", "::/0", "SOPS out 123")}
	sameRules(t, "after the paste", l.rules(), slices.Concat(want, ntp))
	l.clean(text(one, router.Undo))
	sameRules(t, "after the undo of one row", l.rules(), want)
	l.clean(text(g, router.Undo))
	sameRules(t, "after undo", l.rules(), before)
}

// TestAWSPrepare runs every command that the preparation names.
func TestAWSPrepare(t *testing.T) {
	l := newAWSLab(t, false)
	chips := regexp.MustCompile("`(aws ec2 [^`]+)`").FindAllStringSubmatch(text(l.guide("closed", "no", append(inboundWants(), outboundWants()...)...), router.Prepare), -1)
	if len(chips) != 3 {
		t.Fatalf("got %d commands, want 3: %q", len(chips), chips)
	}
	for i, want := range []string{"i-1\t203.0.113.5\t10.0.0.5", "", "True\t-1\t0.0.0.0/0"} {
		if out := l.clean("cd " + l.t.TempDir() + " && " + chips[i][1]); !strings.Contains(out, want) {
			t.Errorf("%s\nprints %q, want %q", chips[i][1], out, want)
		}
	}
}
