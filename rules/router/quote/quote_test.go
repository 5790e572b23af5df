package quote

import (
	"errors"
	"os/exec"
	"strings"
	"testing"
)

func TestQuote(t *testing.T) {
	for name, c := range map[string]struct{ dialect, in, want string }{
		"word":                {"posix", "eth0", "eth0"},
		"blank":               {"posix", "SOPS in 443", "'SOPS in 443'"},
		"single quote":        {"posix", "O'Brien", `'O'\''Brien'`},
		"command":             {"posix", "$(reboot)", "'$(reboot)'"},
		"option":              {"posix", "-rf", "'-rf'"},
		"routeros blank":      {"routeros", "SOPS in", `"SOPS in"`},
		"routeros variable":   {"routeros", `$a"b\`, `"\$a\"b\\"`},
		"routeros list":       {"routeros", "80,443", "80,443"},
		"hcl":                 {"hcl", "a", `"a"`},
		"hcl template":        {"hcl", `${x} %{y} "q"`, `"$${x} %%{y} \"q\""`},
		"chip":                {"web", "SOPS in 443", "`SOPS in 443`"},
		"fortios blank":       {"fortios", "SOPS in 443", `"SOPS in 443"`},
		"fortios quote":       {"fortios", `a"b\`, `"a\"b\\"`},
		"fortios interface":   {"fortios", "virtual-wan-link", "virtual-wan-link"},
		"junos list":          {"junos", "80 443", `"80 443"`},
		"junos interface":     {"junos", "ge-0/0/0.0", "ge-0/0/0.0"},
		"junos quote":         {"junos", `a"b`, `"a\"b"`},
		"panos blank":         {"panos", "SOPS in 443", `"SOPS in 443"`},
		"panos ports":         {"panos", "80,443", "80,443"},
		"clish blank":         {"clish", "SOPS in", `"SOPS in"`},
		"sonicos list":        {"sonicos", "80,443", `"80,443"`},
		"ios interface":       {"ios", "GigabitEthernet0/0/0", "GigabitEthernet0/0/0"},
		"asa name":            {"asa", "SOPS-in-443", "SOPS-in-443"},
		"vyos blank":          {"vyos", "SOPS in 443", "'SOPS in 443'"},
		"vyos bracket":        {"vyos", "(a)", "'(a)'"},
		"refused ios blank":   {"ios", "SOPS in", ""},
		"refused ios comment": {"ios", "!", ""},
		"refused asa help":    {"asa", "a?", ""},
		"refused asa empty":   {"asa", "", ""},
		"refused fortios $":   {"fortios", "$USERNAME", ""},
		"refused junos help":  {"junos", "a?", ""},
		"refused panos quote": {"panos", `a"b`, ""},
		"refused clish \\":    {"clish", `a\b`, ""},
		"refused sonicos ?":   {"sonicos", "a?", ""},
		"refused vyos quote":  {"vyos", "a'b", ""},
		"refused vyos pipe":   {"vyos", "a|b", ""},
		"letter":              {"letter", "443, 80", "443, 80"},
		"refused letter line": {"letter", "a\nb", ""},
		"refused letter bidi": {"letter", "a\u202eb", ""},
		"refused control":     {"posix", "a\nb", ""},
		"refused bidi":        {"hcl", "a\u202eb", ""},
		"refused help":        {"routeros", "a?", ""},
		"refused letter":      {"routeros", "ä", ""},
		"refused backtick":    {"web", "a`b", ""},
		"refused empty chip":  {"web", "", ""},
		"refused non-UTF-8":   {"posix", "a\xff", ""},
		"refused no-break":    {"posix", "a\u00a0b", ""},
		"refused routeros \n": {"routeros", "a\nb", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d, ok := Get(c.dialect)
			if !ok {
				t.Fatalf("no dialect %s", c.dialect)
			}
			got, err := d.Quote(c.in)
			if c.want == "" {
				var refused *Error
				if !errors.As(err, &refused) {
					t.Fatalf("Quote(%q) = %q, %v, want it refused", c.in, got, err)
				}
				return
			}
			if err != nil || got != c.want {
				t.Errorf("Quote(%q) = %q, %v, want %q", c.in, got, err, c.want)
			}
		})
	}
}

// FuzzPosix reads every token back by a real shell.
func FuzzPosix(f *testing.F) {
	for _, s := range []string{"", "a b", "'", "$(x)", "-n", `\`, "ä", "a;b", "!", "#", "~", "*"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := posix{}.Quote(s)
		if err != nil {
			t.Skip("refused is fine; wrong is not")
		}
		out, err := exec.CommandContext(t.Context(), "sh", "-c", "printf '<%s>' "+q).Output()
		if err != nil || string(out) != "<"+s+">" {
			t.Fatalf("%q quoted as %s reads back as %q, %v", s, q, out, err)
		}
	})
}

// FuzzRouterOS reads every token back by the rules of the vendor's scripting manual.
func FuzzRouterOS(f *testing.F) {
	for _, s := range []string{"", "a b", `"`, "$x", `\`, "[find]", ";", "{"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := routeros{}.Quote(s)
		if err != nil {
			t.Skip("refused is fine; wrong is not")
		}
		if got, ok := readQuoted(q, '$'); !ok || got != s {
			t.Fatalf("%q quoted as %s reads back as %q", s, q, got)
		}
	})
}

// FuzzHCL reads every token back by the rules of the language's specification.
func FuzzHCL(f *testing.F) {
	for _, s := range []string{"", "a", "${x}", "$${x}", "%{if}", `\"`, "$", "$$", "a$"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := hcl{}.Quote(s)
		if err != nil {
			t.Skip("refused is fine; wrong is not")
		}
		body, ok := readQuoted(q, 0)
		if !ok {
			t.Fatalf("%q quoted as %s is no single token", s, q)
		}
		if got := strings.NewReplacer("$${", "${", "%%{", "%{").Replace(body); got != s {
			t.Fatalf("%q quoted as %s reads back as %q", s, q, got)
		}
	})
}

// readQuoted is a small reader of a bare word or of one double-quoted string
// with backslash escapes; variable is a character with a meaning of its own.
func readQuoted(q string, variable byte) (string, bool) {
	if q == "" || q[0] != '"' {
		return q, !strings.ContainsAny(q, " \"\\;[]{}$()=")
	}
	var b strings.Builder
	for i := 1; i < len(q); i++ {
		switch c := q[i]; {
		case c == '\\' && i+1 < len(q):
			i++
			b.WriteByte(q[i])
		case c == '"':
			return b.String(), i == len(q)-1
		case c == variable:
			return "", false
		default:
			b.WriteByte(c)
		}
	}
	return "", false
}
