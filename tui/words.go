package tui

import (
	"strings"
	"time"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/router"
	"github.com/syncsign/sops-firewall/wizard"
)

// t is the text of a key, with {name} replaced from pairs of name and value.
func (d *desk) t(key string, pairs ...string) string { return d.words.Say(key, pairs...) }

// n is the text of a key for a number of things.
func (d *desk) n(key string, n int, pairs ...string) string { return d.words.Count(key, n, pairs...) }

// state is the word for a status in its colour, six columns wide.
func (d *desk) state(s check.Status) string { return lookOf(s).draw(d.words.State(s)) }

// mark is a word that stands where a state does in a form: need or fix.
func (d *desk) mark(name string) string {
	st := check.Fail
	if name == "need" {
		st = check.Note
	}
	return lookOf(st).draw(d.t("states." + name))
}

// widest is the width of the widest of the keys' texts.
func (d *desk) widest(keys ...string) int {
	w := 0
	for _, k := range keys {
		w = max(w, width(d.t(k)))
	}
	return w
}

// clock is a time as the screen tells it: the day only where it is not today's.
func (d *desk) clock(at time.Time) string {
	if d.now().Sub(at) > 20*time.Hour {
		return at.Format(d.t("screens.times.day"))
	}
	return at.Format(d.t("screens.times.clock"))
}

// choice is one of the fixed values of a field: in words where it is a plain yes
// or no, else as the router has it.
func (d *desk) choice(v string) string {
	if key := "screens.form.values." + v; d.words.Has(key) {
		return d.t(key)
	}
	return d.show(v)
}

// rowsWord is "row 4.1" or "rows 4.1, 4.2".
func (d *desk) rowsWord(codes []string) string {
	return d.n("screens.row", len(codes), "rows", strings.Join(codes, ", "))
}

// fromWords says where a row is seen from: "from the server".
func (d *desk) fromWords(p rules.Place) string { return d.t("screens.from." + string(p)) }

// partName is a part of a guide as the screen calls it.
func (d *desk) partName(p router.Part) string { return d.t("screens.parts." + string(p)) }

// proofWords says how sure we are of a guide.
func (d *desk) proofWords(p router.Proof) string {
	if key := "screens.proof." + string(p); d.words.Has(key) {
		return d.t(key)
	}
	return d.t("screens.proof.none")
}

// sumWords says a summary in words: "4 ok, 1 FAIL, 1 running".
func (d *desk) sumWords(s wizard.Summary) string { return d.sum("screens.sum", s) }

// sum says a summary in the words below a key, without what is zero or has no
// words there.
func (d *desk) sum(words string, s wizard.Summary) string {
	var parts []string
	for _, p := range []struct {
		n   int
		key string
	}{
		{s.Pass, "pass"},
		{s.Note, "note"},
		{s.Fail, "fail"},
		{s.Unproven, "unproven"},
		{s.Waiting, "waiting"},
		{s.Skipped, "skipped"},
		{s.NotNeeded, "not-needed"},
		{s.Running, "running"},
		{s.Before, "before"},
	} {
		if key := words + "." + p.key; p.n > 0 && d.words.Has(key+".one") {
			parts = append(parts, d.n(key, p.n))
		}
	}
	if len(parts) == 0 {
		return d.t(words + ".nothing")
	}
	return strings.Join(parts, ", ")
}

// verdict is the whole in one sentence.
func (d *desk) verdict(s wizard.Summary) (check.Status, string) {
	st, key := check.Pass, "pass"
	switch {
	case s.Running > 0:
		st, key = check.Running, "running"
	case s.Fail > 0:
		st, key = check.Fail, "fail"
	case s.Unproven+s.Skipped+s.Before > 0:
		st, key = check.Unproven, "unproven"
	case s.Waiting > 0:
		st, key = check.Waiting, "waiting"
	case s.Pass+s.Note == 0:
		st, key = check.Unproven, "nothing"
	}
	return st, d.t("screens.finish." + key)
}

// comeBack is the line on how to go on after leaving.
func (d *desk) comeBack(command string) string {
	key := "not-saved"
	switch {
	case d.lookOnly:
		key = "look-only"
	case d.unsaved:
		key = "unsaved"
	case !d.saved.IsZero():
		key = "come-back"
	case d.earlier:
		key = "earlier"
	}
	return d.t("screens.last."+key, "command", command)
}

// stateBare is the word for a status without its brackets.
func (d *desk) stateBare(s check.Status) string { return strings.Trim(d.words.State(s), "[ ]") }
