package router_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules/router"
)

// cmdlets are the commands of the guide with their parameters, from the pages of
// the module NetSecurity.
var cmdlets = map[string][]string{
	"New-NetFirewallRule":       {"Name", "DisplayName", "Group", "Direction", "Action", "Profile", "Protocol", "LocalPort", "RemotePort"},
	"Remove-NetFirewallRule":    {"Name", "ErrorAction"},
	"Get-NetFirewallRule":       {"Group"},
	"Get-NetFirewallPortFilter": {},
	"Format-Table":              {},
}

// TestWindows reads every command of the guide back.
func TestWindows(t *testing.T) {
	guide := hostGuide(t, "windows", "closed", append(inboundWants(), outboundWants()...)...)
	param := regexp.MustCompile(` -([A-Za-z]+)`)
	quoted := regexp.MustCompile(`'[^']*'`)
	for part, code := range guide {
		for line := range strings.Lines(code) {
			for command := range strings.SplitSeq(strings.TrimSpace(quoted.ReplaceAllString(line, "''")), " | ") {
				name, rest, _ := strings.Cut(command, " ")
				known, ok := cmdlets[name]
				if name != "" && !ok {
					t.Errorf("%s: unknown command in %q", part, line)
				}
				for _, p := range param.FindAllStringSubmatch(" "+rest, -1) {
					if !slices.Contains(known, p[1]) {
						t.Errorf("%s: %s has no parameter %s", part, name, p[1])
					}
				}
			}
			if strings.HasPrefix(line, "Remove-NetFirewallRule") && !strings.Contains(line, " -Name 'SOPS-") {
				t.Errorf("%s: removes more than its own rule: %s", part, line)
			}
		}
	}
	inOrder(t, guide[router.Apply], "Remove-NetFirewallRule -Name 'SOPS-in-80-443'", "New-NetFirewallRule -Name 'SOPS-in-80-443' -DisplayName 'SOPS in 80 443'",
		"-Direction Inbound", "-Protocol 'tcp' -LocalPort 80, 443\n", "-Direction Outbound", "-Protocol 'udp' -RemotePort 123\n")
	for _, name := range regexp.MustCompile(`New-NetFirewallRule -Name ('[^']*')`).FindAllStringSubmatch(guide[router.Apply], -1) {
		if !strings.Contains(guide[router.Undo], "-Name "+name[1]+" ") {
			t.Errorf("undo leaves %s", name[1])
		}
	}
}
