package tui

import (
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules/router"
)

// TestOptionsStayInView: whatever stands over the options, they are all there,
// and PgDn and PgUp bring what they push out.
func TestOptionsStayInView(t *testing.T) {
	dr := newDrive(t, nil)
	dr.a.Update(sizes["60x18"])
	dr.goTo("finish")
	f, ok := dr.a.base.(*finishScreen)
	if !ok {
		t.Fatalf("%T is no finish", dr.a.base)
	}
	f.above = func(int, int) []string { return strings.Split(strings.Repeat("above\n", 30)+"the end", "\n") }
	if got := dr.text(); !strings.Contains(got, "Save the report") || !strings.Contains(got, "Leave") || strings.Contains(got, "the end") {
		t.Errorf("options are pushed out:\n%s", got)
	}
	for range 10 {
		dr.keys("pgdown")
	}
	if got := dr.text(); !strings.Contains(got, "the end") || !strings.Contains(got, "Leave") {
		t.Errorf("PgDn does not bring the end:\n%s", got)
	}
	for range 10 {
		dr.keys("pgup")
	}
	if got := dr.text(); strings.Contains(got, "the end") {
		t.Errorf("PgUp does not go back:\n%s", got)
	}
}

// TestPartsFit: all five parts of a guide have their place in the least window,
// in both languages, whichever is shown.
func TestPartsFit(t *testing.T) {
	for _, lang := range []string{"en", "de"} {
		dr := newDrive(t, nil)
		if lang == "de" {
			dr.a.d.words = germanWords()
		}
		dr.goTo("guides")
		g, ok := dr.a.base.(*guidesScreen)
		if !ok {
			t.Fatalf("%T is no guide", dr.a.base)
		}
		g.list[0].Guide.Blocks = nil
		for _, p := range guideParts {
			g.list[0].Guide.Blocks = append(g.list[0].Guide.Blocks, router.Block{Part: p, Text: "x"})
		}
		for i, p := range guideParts {
			g.part = p
			l := plain(g.partsLine(leastW))
			if width(l) >= leastW || !strings.Contains(l, "["+itoa(i+1)+" "+g.d.partName(p)+"]") || !strings.Contains(l, "5 ") {
				t.Errorf("%s, %s: %q is %d wide", lang, p, l, width(l))
			}
		}
	}
}

// TestPathsBreakBehindAPart: a path that is too long for a line is not torn
// inside a name where it need not be.
func TestPathsBreakBehindAPart(t *testing.T) {
	const s = "scp root@192.168.50.10:/home/user/sops/acme/guide-server-fritzbox.md ."
	got := chopPath(s, 58)
	want := []string{"scp root@192.168.50.10:/home/user/sops/acme/", "guide-server-fritzbox.md ."}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := chopPath(strings.Repeat("x", 20), 8); strings.Join(got, "") != strings.Repeat("x", 20) || len(got) != 3 {
		t.Errorf("a name without parts gives %q", got)
	}
}

// TestKeys: in a tall window every key has its word; elsewhere those that are not
// named are left to ?, and no letter stands alone.
func TestKeys(t *testing.T) {
	for _, lang := range []string{"en", "de"} {
		for scene, play := range scenes {
			dr := newDrive(t, nil)
			if lang == "de" {
				german(dr)
			}
			play(dr)
			for name, size := range sizes {
				dr.a.Update(size)
				keys := dr.a.top().Keys()
				rows := dr.a.d.keyRows(keys, size.Width, size.Height)
				for _, r := range rows {
					if width(r) > size.Width {
						t.Errorf("%s %s %s: %q is %d wide", lang, scene, name, r, width(r))
					}
				}
				items := strings.FieldsFunc(strings.ReplaceAll(strings.Join(rows, "  "), "  ", "\n"), func(r rune) bool { return r == '\n' })
				for i := range items {
					items[i] = strings.TrimSpace(items[i])
				}
				more := slices.Contains(items, "? "+dr.a.d.t("keys.more.long")) || slices.Contains(items, "? "+dr.a.d.t("keys.more.short"))
				named := 0
				for _, k := range keys {
					if slices.Contains(items, k.key+" "+strings.TrimSpace(k.long)) || slices.Contains(items, strings.TrimSpace(k.key+" "+k.short)) {
						named++
						continue
					}
					if size.Height >= tallH || k.way && k.id != "help" {
						t.Errorf("%s %s %s: %q lacks %s", lang, scene, name, items, k.key)
					}
				}
				want := len(items)
				if more {
					want--
				}
				if named != want || !more && named != len(keys) {
					t.Errorf("%s %s %s: %q names %d of %d keys, and not where the others are", lang, scene, name, items, named, len(keys))
				}
			}
		}
	}
}
