package tui

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// block is what a hub's office printed once: it stays readable.
const block = `--- BEGIN SOPS CHECK ---
I2KXWVDCMR6LA4XKBU3A575UWTGOIVAFEOXPLVZT3UMBSGFYFLXOWMJSGB6HV2RSROIYCQOC
73JAYRQGQ3B5667WGAZDAHG2WDVQESEOVFUQ4IYDYN74LRBVRQGAZDEP3GWRSGIY2ZYEO5RQ
BMYQAAQAAD776
--- END SOPS CHECK ---
`

const takenBlock = "Taken: 10 rows as seen from a computer in the hubs' network (Office 2)."

// flat is a picture on one line.
func (dr *drive) flat() string { return strings.Join(strings.Fields(dr.text()), " ") }

// TestPaste brings what another place saw in, as one paste and typed by a terminal
// that marks none.
func TestPaste(t *testing.T) {
	for name, bring := range map[string]func(*drive){
		"marked": func(dr *drive) { dr.keys("p"); dr.do(cmdOf(dr, tea.PasteMsg{Content: block})) },
		"on the table": func(dr *drive) {
			dr.do(cmdOf(dr, tea.PasteMsg{Content: "> " + strings.ReplaceAll(block, "\n", "\r\n> ")}))
		},
		"in two": func(dr *drive) {
			dr.keys("p")
			dr.do(cmdOf(dr, tea.PasteMsg{Content: block[:90]}))
			if !strings.Contains(dr.flat(), "90 characters so far.") {
				t.Errorf("half of it:\n%s", dr.text())
			}
			dr.do(cmdOf(dr, tea.PasteMsg{Content: block[90:]}))
		},
		"as keys": func(dr *drive) {
			dr.keys("p")
			for _, r := range block {
				switch r {
				case '\n':
					dr.keys("enter")
				default:
					dr.do(cmdOf(dr, tea.KeyPressMsg{Code: r, Text: string(r)}))
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			dr := newDrive(t, nil)
			dr.goTo("tables")
			bring(dr)
			if len(dr.b.got) != 1 || dr.b.got[0].Label != "Office 2" || !strings.Contains(dr.flat(), takenBlock) {
				t.Fatalf("%d results\n%s", len(dr.b.got), dr.text())
			}
			if strings.Contains(dr.text(), "so far") {
				t.Errorf("the end of the block is left over:\n%s", dr.text())
			}
			dr.keys("esc")
			if strings.Contains(dr.text(), "Paste what") || !strings.Contains(dr.text(), "table 1 of") {
				t.Errorf("Esc leads to\n%s", dr.text())
			}
		})
	}
	dr := newDrive(t, nil)
	dr.goTo("tables")
	dr.keys("p")
	dr.do(cmdOf(dr, tea.PasteMsg{Content: strings.Replace(block, "WMJSG", "WMJSA", 1)}))
	if len(dr.b.got) != 0 || !strings.Contains(dr.flat(), "The text arrived damaged") {
		t.Errorf("a damaged one:\n%s", dr.text())
	}
	dr.do(cmdOf(dr, tea.PasteMsg{Content: strings.Repeat("no result at all ", 40) + "\n"}))
	if len(dr.b.got) != 0 || !strings.Contains(dr.flat(), "No result is in it") {
		t.Errorf("something else:\n%s", dr.text())
	}
}

// cmdOf gives a message to the program.
func cmdOf(dr *drive, msg tea.Msg) tea.Cmd {
	_, cmd := dr.a.Update(msg)
	return cmd
}

func TestPlainPaste(t *testing.T) {
	d, s, b, _ := fakeDesk(nil)
	s.at = 5 // tables
	b.settle()
	k := startTalk(t, d, atOnce)
	k.dialog("Table 1 of 4", "p", "Two empty lines give up.", "hello", "", "> "+strings.Join(strings.Split(strings.TrimSpace(block), "\n"), "\r\n> "))
	k.dialog(takenBlock, "p", "Two empty lines give up.", "--- BEGIN SOPS CHECK ---", "", "", "", "", "The end is missing", "q")
	k.finish()
	if len(b.got) != 1 {
		t.Errorf("%d results", len(b.got))
	}
}
