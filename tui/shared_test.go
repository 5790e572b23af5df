package tui

import (
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules/router"
)

// TestSharedModeEverywhere: z is a key of every screen that takes no text, is named
// in its last line or its help, and the pointer's row is marked by more than colour.
func TestSharedModeEverywhere(t *testing.T) {
	for _, id := range []string{"start", "case", "sources", "brand:site", "tables", "guides", "finish"} {
		for size, msg := range sizes {
			dr := newDrive(t, nil)
			dr.a.Update(msg)
			dr.goTo(id)
			before := dr.text()
			lines := strings.Split(before, "\n") // of a tall window the last two are the keys
			if last := strings.Join(lines[len(lines)-2:], "\n"); !strings.Contains(last, " z shared") {
				dr.keys("?")
				help := ""
				for range 5 {
					help += dr.text()
					dr.keys("pgdown")
				}
				if !strings.Contains(last, "keys") || !strings.Contains(help, "\n   z  ") {
					t.Errorf("%s %s: neither the last line nor the help names z: %q\n%s", id, size, last, help)
				}
				dr.keys("esc")
			}
			dr.keys("z")
			dr.text()
			txt := dr.text()
			step := itoa(dr.a.q.Step)
			if !strings.Contains(txt, "\n>> ") || !strings.Contains(txt, "Step "+step+", ") || !strings.Contains(txt, " shared ") || !strings.Contains(txt, "You are at: ") {
				t.Errorf("%s %s:\n%s", id, size, txt)
			}
			dr.keys("z")
			if dr.text() != before {
				t.Errorf("%s %s: z again does not lead back:\n%s", id, size, dr.text())
			}
		}
	}
}

// TestZIsALetter: where text is typed, z is one.
func TestZIsALetter(t *testing.T) {
	dr := newDrive(t, nil)
	dr.goTo("addresses")
	dr.keys("z")
	if f, ok := dr.a.base.(*formScreen); !ok || f.inputs[0].Value() != "sops.example.comz" || dr.a.d.shared {
		t.Errorf("z was taken away from the field:\n%s", dr.text())
	}
}

// TestSharedRowsSayTheirCode: every line of a table can be said, the last of a
// table that scrolls too.
func TestSharedRowsSayTheirCode(t *testing.T) {
	dr := newDrive(t, nil)
	dr.a.Update(sizes["60x18"])
	dr.goTo("tables")
	dr.keys("1", "z")
	for range 8 {
		dr.keys("down")
	}
	txt := dr.text()
	for l := range strings.SplitSeq(txt, "\n") {
		if strings.Contains(l, " TCP ") && strings.Contains(l, "[") && !strings.Contains(l, "1.") {
			t.Errorf("no code in %q", l)
		}
	}
	if !strings.Contains(txt, "You are at: row 1.3, TCP 443: ok") {
		t.Errorf("the last row is not told:\n%s", txt)
	}
}

func TestLabels(t *testing.T) {
	d, _, _, _ := fakeDesk(nil)
	var list []piece
	for _, b := range []router.Block{
		{Kind: router.Steps, Text: "Before all.\n\n1. One\n   more of it\n2. Two"},
		{Kind: router.Code, Text: "a\nb"},
		{Kind: router.Steps, Text: "1. Again"},
	} {
		list = append(list, d.cutBlock(b)...)
	}
	if got := labels(list); !slices.Equal(got, []string{"A", "1", "2", "B", "C"}) {
		t.Errorf("got %q", got)
	}
}

// TestCodeIsOfNow: the code on the screen follows the checks, and what is copied is it.
func TestCodeIsOfNow(t *testing.T) {
	dr := newDrive(t, map[string]string{"SSH_TTY": "x"})
	dr.goTo("tables")
	dr.keys("k")
	if txt := dr.text(); !strings.Contains(txt, "H 4 T Q    9 M 2 K") || !strings.Contains(txt, "Q as in Quebec") {
		t.Errorf("no code:\n%s", txt)
	}
	dr.b.code = "7KQM-01"
	if txt := dr.text(); !strings.Contains(txt, "sops-firewall explain 7KQM-01") {
		t.Errorf("the code is the old one:\n%s", txt)
	}
	dr.keys("c")
	if txt := dr.text(); !strings.Contains(txt, "[sent] the support code") {
		t.Errorf("the copy is not told:\n%s", txt)
	}
	dr.keys("k")
	if _, ok := dr.a.top().(*tablesScreen); !ok {
		t.Error("k does not close the code")
	}
}

func TestPlainSupportCode(t *testing.T) {
	d, s, b, _ := fakeDesk(nil)
	s.at = 5
	b.settle()
	k := startTalk(t, d, never)
	k.dialog("[3]: ", "k", "7, 1, A as in Alfa, C as in Charlie.\nSupport types: sops-firewall explain H4TQ-9M2K-71AC\n", "q")
	k.finish()
}
