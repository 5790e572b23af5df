package tui

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// TestInsideKey tries the chosen row from inside, of a table that arrives alone.
func TestInsideKey(t *testing.T) {
	dr := newDrive(t, nil)
	dr.goTo("tables")
	dr.hold = true
	dr.keys("1", "h")
	for key := range dr.a.checks.running {
		if strings.HasSuffix(key, wizard.InsideKey("")) {
			t.Errorf("%s is tried from inside: it leads out", key)
		}
	}
	dr.keys("5", "down", "h")
	var tried []string
	for key := range dr.a.checks.running {
		if flow, ok := strings.CutSuffix(key, wizard.InsideKey("")); ok {
			tried = append(tried, flow)
		}
	}
	s, ok := dr.a.base.(*tablesScreen)
	if !ok || !slices.Equal(tried, []string{s.key}) {
		t.Errorf("tried %v, chosen is %+v", tried, s)
	}
}

// TestCauseAbout: what is only about rows does not claim to explain them.
func TestCauseAbout(t *testing.T) {
	dr := newDrive(t, nil)
	of := "server-in-sources/"
	for about, want := range map[bool]string{true: "This is about 2 rows.", false: "This explains 2 rows."} {
		dr.b.causes = []wizard.CauseView{{
			Cause:   check.Cause{Code: check.NATCGNAT, Status: check.Unproven, Explains: []string{of + "a", of + "b"}},
			Finding: wizard.Finding{Seen: "One address is shared."}, About: about,
		}}
		dr.goTo("tables")
		dr.keys("5")
		if got := dr.text(); !strings.Contains(got, want) {
			t.Errorf("about %v:\n%s", about, got)
		}
		dr.keys("1")
		if got := dr.text(); strings.Contains(got, want) == about {
			t.Errorf("about %v, at a table of other rows:\n%s", about, got)
		}
	}
}

// TestPlainInside tries a table's rows from inside, line by line.
func TestPlainInside(t *testing.T) {
	d, s, b, _ := fakeDesk(nil)
	s.at = 5
	b.settle()
	asked := make(chan []check.Job, 9)
	k := startTalk(t, d, func(_ context.Context, jobs []check.Job) <-chan check.Result {
		asked <- jobs
		done := make(chan check.Result)
		close(done)
		return done
	})
	for !strings.Contains(k.hear("[3]: "), "5 try from inside.") {
		k.says("3")
	}
	k.says("5")
	k.hear("[3]: ")
	k.says("q")
	k.finish()
	close(asked)
	n := 0
	for jobs := range asked {
		for _, j := range jobs {
			if strings.HasSuffix(j.Key, wizard.InsideKey("")) {
				n++
			}
		}
	}
	if n != 2 {
		t.Errorf("%d rows were tried from inside, want 2", n)
	}
}

// TestProofOffered: a row that a proof of the way in tells about leads to that
// proof, at its table and at the end, and not to carrying files about.
func TestProofOffered(t *testing.T) {
	dr := newDrive(t, nil)
	dr.goTo("tables")
	dr.keys("5")
	if got := dr.flat(); !strings.Contains(got, "Press i: it shows one command") || strings.Contains(got, "site.yaml") {
		t.Errorf("the table does not lead to the proof:\n%s", dr.text())
	}
	dr.goTo("finish")
	if got := dr.flat(); !strings.Contains(got, "row 5.1 can only be seen from outside. Press i") || !strings.Contains(got, "i prove") {
		t.Errorf("the end does not lead to the proof:\n%s", dr.text())
	}
	dr.keys("i")
	if !strings.Contains(dr.text(), "--to sops.example.com --code") {
		t.Fatalf("i does not open it:\n%s", dr.text())
	}
	dr.keys("esc")
	if dr.a.q.ID != "finish" || !strings.Contains(dr.text(), "Save the report") {
		t.Errorf("Esc does not lead back:\n%s", dr.text())
	}

	dr = newDrive(t, nil)
	dr.a.d.listens = nil // where nothing can listen, the file is the way
	dr.goTo("finish")
	if got := dr.flat(); !strings.Contains(got, "Take the site's file there") || strings.Contains(got, "i prove") {
		t.Errorf("without a listener:\n%s", dr.text())
	}
}
