package tui

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// guideBody is what is read of a guide: it changes with the router's file.
var guideBody = regexp.MustCompile(`(?s)(Geschrieben: [^\n]*\n).*?(\nWählen Sie: 1 noch einmal)`)

// folder is where the session's files are.
var folder = regexp.MustCompile(`/[^\s]*/sops/`)

// english are words that no German text of ours has.
var english = regexp.MustCompile(`(?i)\b(the|and|is|are|your|of|with|this|which|choose|answers?|rows?|needed)\b`)

// TestPlainGerman goes through the shipped questions in German, and reads no
// English on the way.
func TestPlainGerman(t *testing.T) {
	deps, _ := realDepsIn(t, "de")
	k := startTalk(t, plainDesk(deps), deps.Check)
	asked := map[string]int{}
	for range 150 {
		said, ok := k.prompt()
		if !ok {
			break
		}
		q := deps.Session.Ask()
		if asked[q.ID]++; asked[q.ID] == 1 && q.ID == "case" {
			k.says("?")
			continue
		}
		k.says(realAnswer(said[strings.LastIndex(said, "\n")+1:], q, asked[q.ID], "lan"))
	}
	if o := k.finish(); o.Left {
		t.Fatalf("left before the end: %v", asked)
	}
	said := guideBody.ReplaceAllString(k.all.String(), "$1...$2")
	said = folder.ReplaceAllString(said, "/home/")
	for line := range strings.SplitSeq(said, "\n") {
		if w := english.FindString(line); w != "" && !strings.Contains(line, "sops-firewall check") {
			t.Errorf("%q in %q", w, line)
		}
	}
	file := filepath.Join("testdata", "plain-session.de.golden")
	if *update {
		if err := os.WriteFile(file, []byte(said), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if said != string(want) {
		t.Errorf("the session differs; got\n%s", said)
	}
}
