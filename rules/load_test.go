package rules

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/syncsign/sops-firewall/assets"
)

// badWant is the whole message for each file of testdata/bad, where @ is the file name.
var badWant = map[string]string{
	"alias": "@:15: any must be true or false",
	"bad-bool": joined(
		"@:16: any must be true or false",
		"@:17: notifies must be true or false",
	),
	"bad-case": joined(
		`@:16: cases "vpn": want one of lan, internet`,
		`@:16: cases "lan" is twice: keep one`,
	),
	"bad-code-form": `@:9: code "8.01": want the table's number, a point and a number, such as "1.2"`,
	"bad-code":      "@:9: code 7.1 in table 8: want 8.1, 8.2, …",
	"bad-host": joined(
		`@:11: host "https://a.example.com/x": write the name alone, without https://, port and path`,
		`@:11: host "*.example.com": a check needs a real name: write each name on its own`,
		`@:11: host "exämple.com": write the name in its ASCII form (xn--…)`,
		`@:11: host "A.example.com": write it in small letters`,
		`@:11: host "b.example.com.": leave out the point at the end`,
		`@:11: host "one": want a name such as "up.example.com", an IP address, or "{domain}" for the server`,
		`@:11: host "-a.example.com": want a name such as "up.example.com", an IP address, or "{domain}" for the server`,
		`@:11: host "10.0.0.300": want a name such as "up.example.com", an IP address, or "{domain}" for the server`,
		`@:11: host "fe80::1%eth0": write the address as fe80::1`,
		`@:11: host "a_b.example.com": want a name such as "up.example.com", an IP address, or "{domain}" for the server`,
		`@:11: host "a b.example.com": want a name such as "up.example.com", an IP address, or "{domain}" for the server`,
		`@:11: host "x;reboot.example.com": want a name such as "up.example.com", an IP address, or "{domain}" for the server`,
		`@:11: host "c.example.com" is twice in the row: keep one`,
	),
	"bad-id":         `@:8: id "One_Row": want small letters, digits and single hyphens, starting with a letter`,
	"bad-importance": `@:15: importance "must": want one of required, recommended, optional`,
	"bad-kind":       `@:12: check "htps": want one of clock, dns, gateway, http, https, https-public, mqtt, mqtts, name, ntp, portal, route, ssh, tcp, tls, tls-public, ws, wss`,
	"bad-port": joined(
		`@:12: port "70000": want a number from 1 to 65535`,
		`@:12: port "0x1bb": want a number from 1 to 65535`,
		"@:12: port 0: want a number from 1 to 65535, and 0 with proto ip alone",
		`@:12: port "+80": want a number from 1 to 65535`,
	),
	"bad-proto":         `@:10: proto "sctp": want one of tcp, udp, ip`,
	"bad-source":        `@:16: sources "ical": want one of google, microsoft365, exchange, database, lan-service, caldav, csv-url, google-sheets`,
	"bad-url":           `@:5: source "example.com": want a web address, such as https://example.com/page`,
	"bidi-character":    "@:14: function has a line break, control or text-direction character: take it out",
	"control-character": "@:14: function has a line break, control or text-direction character: take it out",
	"double-key":        `@:15: key "function" is twice in the row: keep one`,
	"double-port":       "@:12: port 443 is twice in the row: keep one",
	"double-row": joined(
		"@:16: row id one is already on line 8: give this one its own",
		"@:17: code 8.1 is already on line 9: give this one its own",
	),
	"empty-rows":   "@:7: rows is empty: write at least one",
	"empty":        "@: empty: write one table (id, code, title, …) or delete the file",
	"inbound-host": `@:11: host "one.example.com": a way in leads to the server: write "{domain}"`,
	"kind-and-proto": joined(
		`@:12: check "ntp" does not fit proto tcp: ntp goes with udp, all others with tcp`,
		`@:12: check "gateway" does not fit proto tcp: route, gateway, dns, clock, portal go with proto ip, all others with tcp or udp`,
	),
	"long-text": "@:14: function is longer than 200 bytes: shorten it",
	"missing": joined(
		"@:1: a table of the manual needs its source: add the address of the manual's section",
		`@:8: the row has no "function": add it`,
	),
	"no-rows":             `@:1: the table has no "rows": add it`,
	"no-yaml":             "@: no YAML: line 1: did not find expected node content",
	"not-utf8":            "@: not UTF-8 text: save the file as UTF-8",
	"ours-without-source": "@:8: a row of ours needs its source: add the address of the public page that names these hosts",
	"path-on-ssh": joined(
		`@:12: check "ssh" has no path: only http, https, https-public, ws, wss have one`,
		`@:12: path "x": want a path such as /health`,
		`@:12: the port has no "kind": add it`,
	),
	"two-documents": "@: more than one document: one file holds one table, without a line ---",
	"udp-https":     `@:12: check "https" does not fit proto udp: ntp goes with udp, all others with tcp`,
	"unknown-key":   `@:16: unknown key "colour" in the row: known are id, code, proto, hosts, ports, destination, function, importance, any, cases, sources, notifies, source`,
	"unknown-table-key": joined(
		`@:3: unknown key "titel" in the table: known are id, code, title, origin, from, rows, section, source`,
		`@:1: the table has no "title": add it`,
	),
	"words": "@:1: the table must be lines of the form key: value",
}

func joined(lines ...string) string { return strings.Join(lines, "\n") }

func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil || len(files) != len(badWant) {
		t.Fatalf("%d files, %d messages, %v", len(files), len(badWant), err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(strings.TrimSuffix(name, ".yaml"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			b, err := load(fstest.MapFS{name: {Data: data}}, kinds)
			if err == nil || b != nil {
				t.Fatalf("loaded: %+v", b)
			}
			want := strings.ReplaceAll(badWant[strings.TrimSuffix(name, ".yaml")], "@", name)
			if got := err.Error(); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			var m *Mistake
			if !errors.As(err, &m) || m.File != name {
				t.Errorf("no *Mistake of %s in %v", name, err)
			}
		})
	}
}

func TestLoadReportsAllFilesAtOnce(t *testing.T) {
	row := func(id, code, host string) string {
		return fmt.Sprintf("  - {id: %s, code: %q, proto: tcp, hosts: [%s], ports: {443: https}, destination: d, function: f, importance: required}\n", id, code, host)
	}
	head := func(id, code string) string {
		return fmt.Sprintf("id: %s\ncode: %q\ntitle: T\norigin: manual\nsource: https://example.com/\nfrom: server\nrows:\n", id, code)
	}
	fsys := fstest.MapFS{
		"a.yaml":    {Data: []byte(head("one", "1") + row("first", "1.1", "a.example.com"))},
		"b.yaml":    {Data: []byte(head("one", "1") + row("first", "1.1", "B.example.com"))},
		"c.yaml":    {Data: []byte(head("three", "3") + row("third", "3.1", "c/d"))},
		"d.yaml":    {Mode: fs.ModeDir},
		"e.yaml":    {Data: []byte(strings.Repeat("#", maxFileSize+1))},
		"f.txt":     {Data: []byte("no rule")},
		"\x1b.yaml": {Data: []byte{}},
	}
	_, err := load(fsys, kinds)
	want := joined(
		`"\x1b.yaml": empty: write one table (id, code, title, …) or delete the file`,
		"b.yaml:1: table id one is already in a.yaml, line 1: give this one its own",
		"b.yaml:2: code 1 is already in a.yaml, line 2: give this one its own",
		`b.yaml:8: host "B.example.com": write it in small letters`,
		"b.yaml:8: row id first is already in a.yaml, line 8: give this one its own",
		"b.yaml:8: code 1.1 is already in a.yaml, line 8: give this one its own",
		`c.yaml:8: host "c/d": write the name alone, without https://, port and path`,
		"d.yaml: not a file: put the table itself here",
		"e.yaml: larger than 64 KiB: a table is a few lines for each row",
	)
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestLoadWithoutFiles(t *testing.T) {
	many := fstest.MapFS{}
	for i := range maxFiles + 1 {
		many[fmt.Sprintf("%d.yaml", i)] = &fstest.MapFile{}
	}
	tests := map[string]struct {
		fsys fs.FS
		want string
	}{
		"nothing":   {fstest.MapFS{}, "rules: no .yaml file here: give a folder with one .yaml file for each table"},
		"too many":  {many, "rules: 65 files, at most 64 are read: one file holds one table"},
		"no folder": {os.DirFS(filepath.Join(t.TempDir(), "none")), "no such file or directory: give a folder with one .yaml file for each table"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b, err := load(tt.fsys, kinds)
			if err == nil || b != nil || !strings.HasSuffix(err.Error(), tt.want) {
				t.Errorf("got %v, %v, want %s", b, err, tt.want)
			}
		})
	}
}

func TestMistakesAreBounded(t *testing.T) {
	text := "id: many\n" + strings.Repeat("x: y\n", 500)
	_, err := load(fstest.MapFS{"a.yaml": {Data: []byte(text)}}, kinds)
	if err == nil {
		t.Fatal("loaded")
	}
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != maxMistakes+1 || lines[maxMistakes] != "and 455 more mistakes: mend these first" {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
}

// TestLoadOfAFolder reads the shipped tables as --rules would, and in another order.
func TestLoadOfAFolder(t *testing.T) {
	sub, err := fs.Sub(assets.FS, "rules")
	if err != nil {
		t.Fatal(err)
	}
	names, err := fs.Glob(sub, "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for i, name := range names {
		data, err := fs.ReadFile(sub, name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.yaml", 9-i)), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b, err := load(os.DirFS(dir), kinds)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(b, shipped(t)) {
		t.Error("the order of the files changes the book")
	}
}

func FuzzLoad(f *testing.F) {
	names, err := fs.Glob(assets.FS, "rules/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		data, err := fs.ReadFile(assets.FS, name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	bad, err := filepath.Glob("testdata/bad/*.yaml")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range bad {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := load(fstest.MapFS{"a.yaml": {Data: data}}, kinds)
		if err != nil {
			if b != nil {
				t.Fatal("a book and mistakes")
			}
			for _, line := range strings.Split(err.Error(), "\n") {
				if strings.ContainsFunc(line, unprintable) {
					t.Fatalf("control characters in %q", line)
				}
			}
			return
		}
		seen := map[string]bool{}
		for _, fl := range b.Flows(Facts{}, true) {
			if seen[fl.Key] || strings.ContainsFunc(fl.Key, func(r rune) bool { return r <= ' ' || r > '~' }) {
				t.Fatalf("key %q is there twice or unfit", fl.Key)
			}
			seen[fl.Key] = true
			if fl.Host == "" || !slices.Contains(kinds, fl.Port.Kind) || (fl.Port.Number == 0) != (fl.Row.Proto == "ip") {
				t.Fatalf("flow %+v", fl)
			}
		}
		if len(seen) == 0 {
			t.Fatal("a book without flows")
		}
	})
}
