package quote

import (
	"os/exec"
	"strings"
	"testing"
)

// consoles are the readers of routers that are not shells, written from their
// manuals: what ends a bare word, and whether a backslash escapes inside quotes.
var consoles = map[string]struct {
	ends    string // signs with a meaning outside of quotes
	quotes  bool   // knows double quotes
	escapes bool   // knows the backslash inside them
	wakes   string // signs with a meaning even inside quotes
}{
	// https://docs.fortinet.com/document/fortimanager/7.2.7/cli-reference/807765 (special characters)
	"fortios": {ends: " \"'\\()#", quotes: true, escapes: true, wakes: "?$"},
	// https://www.juniper.net/documentation/us/en/software/junos/cli/topics/topic-map/junos-configuration-mode.html
	"junos": {ends: " \"\\[]{}#;|&", quotes: true, escapes: true, wakes: "?"},
	// https://docs.paloaltonetworks.com/ngfw/cli-quick-start
	"panos": {ends: " \"\\[]#|", quotes: true, wakes: "?"},
	// https://sc1.checkpoint.com/documents/SMB_R81.10.X/CLI/EN/Default.htm
	"clish": {ends: " \"'\\#;|", quotes: true, wakes: "?"},
	// https://www.sonicwall.com/support/technical-documentation/
	"sonicos": {ends: " \"\\,", quotes: true, wakes: "?"},
	// https://www.cisco.com/c/en/us/td/docs/ios-xml/ios/fundamentals/configuration/15mt/cf-cli-basics.html
	"ios": {ends: " \"\\|!", wakes: "?"},
	// https://www.cisco.com/c/en/us/td/docs/security/asa/asa-cli-reference/I-R/asa-command-ref-I-R/n-commands.html
	"asa": {ends: " \"\\|!", wakes: "?"},
}

// FuzzConsoles reads every token back by the console it was written for.
func FuzzConsoles(f *testing.F) {
	for _, s := range []string{"", "a b", `"`, `\`, "?", "$x", "!", "#", "[a]", "a;b", "a|b", "-x", "80,443", "ä"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, c := range consoles {
			q, err := dialects[name].Quote(s)
			if err != nil {
				continue // refused is fine; wrong is not
			}
			if strings.ContainsAny(q, c.wakes) {
				t.Fatalf("%s: %q quoted as %s holds one of %q", name, s, q, c.wakes)
			}
			got, ok := q, q != "" && !strings.ContainsAny(q, c.ends)
			if c.quotes && strings.HasPrefix(q, `"`) {
				got, ok = readQuoted(q, 0)
				if !c.escapes && strings.Contains(q, `\`) {
					ok = false
				}
			}
			if !ok || got != s {
				t.Fatalf("%s: %q quoted as %s reads back as %q, %v", name, s, q, got, ok)
			}
		}
	})
}

// FuzzVyOS reads every token back by the shell it stands on.
func FuzzVyOS(f *testing.F) {
	for _, s := range []string{"", "a b", "'", "$x", "!", "80,443", "(", "~"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := vyos{}.Quote(s)
		if err != nil {
			t.Skip("refused is fine; wrong is not")
		}
		out, err := exec.CommandContext(t.Context(), "bash", "-c", "printf '<%s>' "+q).Output()
		if err != nil || string(out) != "<"+s+">" {
			t.Fatalf("%q quoted as %s reads back as %q, %v", s, q, out, err)
		}
	})
}
