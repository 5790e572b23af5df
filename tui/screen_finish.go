package tui

import (
	"fmt"
	"path"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// finishScreen says how it stands, what changed and what is left to do.
type finishScreen struct {
	*choiceScreen
	wrote *wroteMsg // the report's file; nil before
}

func newFinishScreen(d *desk, q wizard.Question) *finishScreen {
	s := &finishScreen{choiceScreen: newChoiceScreen(d, q, draft{})}
	s.above = func(w, _ int) []string { return append(append(s.result(w), s.report(w)...), "") }
	return s
}

// View shows the support code of the present state beside its option.
func (s *finishScreen) View(w, h int) frame {
	s.live()
	return s.choiceScreen.View(w, h)
}

// live puts the support code of the present state beside its option.
func (s *finishScreen) live() {
	for i, o := range s.q.Options {
		if o.ID == "code" {
			s.q.Options[i].Detail, _ = s.d.board.SupportCode() // none: the screen says why
		}
	}
}

func (s *finishScreen) Keys() []hint {
	keys := s.d.choiceKeys(s.q.Options, s.d.hint("Enter", "choose"))
	if len(s.d.waits().proof) > 0 {
		keys = append(keys, s.d.hint("i", "prove"))
	}
	return append(append(keys, s.d.hint("R", "again-all"), s.d.rare("k", "code")), s.d.usual()...)
}

func (s *finishScreen) Update(msg tea.Msg) (act, tea.Cmd) {
	switch msg := msg.(type) {
	case wroteMsg:
		s.wrote, s.up = &msg, 1<<10 // what is new stands last
		if msg.err == nil {
			s.d.copier.remember(msg.path)
		}
	case tea.KeyPressMsg:
		switch keyName(msg) {
		case "k":
			return act{want: wantOpen, open: &codeScreen{d: s.d}}, nil
		case "R":
			return act{want: wantRun, jobs: s.d.board.Jobs(true)}, nil
		case "i":
			if len(s.d.waits().proof) > 0 {
				return act{want: wantOpen, open: &inboundScreen{d: s.d}}, s.d.listen()
			}
			return act{}, nil
		case "enter":
			return s.chosen()
		}
	}
	return s.choiceScreen.Update(msg)
}

// report says where the report is, and how to get it.
func (s *finishScreen) report(w int) []string {
	switch {
	case s.wrote == nil:
		return nil
	case s.wrote.err != nil:
		return append([]string{""}, hang(" "+s.d.state(check.Fail)+" ", s.d.show(s.d.t("screens.finish.no-report", "error", s.wrote.err.Error())), w-1)...)
	}
	say := s.d.t("screens.finish.report", "path", s.d.home(s.wrote.path))
	if path.Base(s.wrote.path) == maskedReport {
		say += ". " + s.d.t("screens.finish.report-masked")
	}
	lines := append([]string{""}, hang(" "+s.d.state(check.Pass)+" ", s.d.show(say), w-1)...)
	fetch, line := s.d.fetch(s.wrote.path)
	if fetch != "" {
		lines = append(lines, hang("        ", fetch, w-1)...)
	}
	if line != "" {
		for _, part := range chopPath(s.d.show(line), w-10) {
			lines = append(lines, "          "+part)
		}
	}
	return lines
}

func (s *finishScreen) chosen() (act, tea.Cmd) {
	if len(s.q.Options) == 0 {
		return act{want: wantQuit}, nil
	}
	switch id := s.q.Options[s.at()].ID; id {
	case "report":
		return act{}, s.d.save(s.d.reportFile())
	case "code":
		return act{want: wantOpen, open: &codeScreen{d: s.d}}, nil
	case "leave":
		return act{want: wantQuit}, nil
	default:
		return act{want: wantAnswer, answer: wizard.Answer{Choice: id}}, nil
	}
}

// fileWord keeps the letters, digits and dashes of a site's name.
func fileWord(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r == ' ', r == '-', r == '_', r == '.':
			return '-'
		}
		return -1
	}, s)
	return strings.Trim(s[:min(len(s), 40)], "-")
}

// result is the sentence, what changed, causes, and who has to act.
func (s *finishScreen) result(w int) []string {
	d := s.d
	sum := d.board.Summary()
	st, say := d.verdict(sum)
	lines := append([]string{""}, hang(" "+d.state(st)+" ", boldStyle.Render(say)+" "+d.sumWords(sum)+".", w-1)...)
	for _, c := range d.board.Causes() {
		lines = append(lines, hang(" "+d.state(c.Cause.Status)+" ", d.show(causeWords(c)), w-1)...)
	}
	if ch := d.board.Changes(); len(ch) > 0 {
		var better, worse []string
		for _, c := range ch {
			if c.Now == check.Pass || c.Now == check.Note {
				better = append(better, flowName(c.Flow))
			} else {
				worse = append(worse, flowName(c.Flow))
			}
		}
		if len(better) > 0 {
			lines = append(lines, hang(" "+d.state(check.Pass)+" ", d.t("screens.finish.better", "rows", strings.Join(better, ", ")), w-1)...)
		}
		if len(worse) > 0 {
			lines = append(lines, hang(" "+d.state(check.Note)+" ", d.t("screens.finish.worse", "rows", strings.Join(worse, ", ")), w-1)...)
		}
	}
	return append(lines, s.waiting(w)...)
}

// waits are the rows that wait, by their codes.
type waits struct {
	down  []string // their service does not run here: outside would see nothing
	shut  []string // their service does not serve others
	proof []string // a proof of the way in tells
	away  map[rules.Place][]string
}

func (d *desk) waits() waits {
	out := waits{away: map[rules.Place][]string{}}
	for _, t := range d.views(false) {
		for _, r := range t.Rows {
			i := slices.IndexFunc(r.Flows, func(f wizard.FlowView) bool { return f.Status == check.Waiting })
			if i < 0 {
				continue
			}
			switch f := r.Flows[i]; {
			case f.Result.Code == check.InServiceDown:
				out.down = append(out.down, r.Row.Code)
			case slices.Contains(wizard.NotServing, f.Result.Code):
				out.shut = append(out.shut, r.Row.Code)
			case d.waitsForProof(f):
				out.proof = append(out.proof, r.Row.Code)
			default:
				out.away[f.Flow.From] = append(out.away[f.Flow.From], r.Row.Code)
			}
		}
	}
	return out
}

// waiting are the rows that wait, with what to do.
func (s *finishScreen) waiting(w int) []string {
	x := s.d.waits()
	var lines []string
	tell := func(key string, rows []string, values ...string) {
		if len(rows) > 0 {
			text := s.d.n("screens.finish."+key, len(rows), append(values, "rows", strings.Join(rows, ", "))...)
			lines = append(lines, hang(" "+s.d.state(check.Waiting)+" ", text, w-1)...)
		}
	}
	tell("down", x.down)
	tell("shut", x.shut)
	tell("proof", x.proof)
	file := false // a command takes the site's file
	for _, p := range []rules.Place{rules.FromServer, rules.FromHub, rules.FromInternet} {
		if len(x.away[p]) == 0 {
			continue
		}
		line, named := s.d.checkLine(p)
		key := "named"
		if !named {
			key, file = "elsewhere", true
		}
		tell(key, x.away[p], "from", s.d.fromWords(p))
		lines = append(lines, hang("   ", line, w-1)...)
	}
	if file {
		lines = append(lines, hang("        "+s.d.t("screens.finish.file")+" ", s.d.show(s.d.home(s.d.session.File())), w-1)...)
	}
	return lines
}

// checkLine is the command for another place. Hubs need no more than the server's
// name, and what is printed there is pasted here; a masked one would not work.
func (d *desk) checkLine(p rules.Place) (line string, named bool) {
	if name := d.site.Server.Domain; p == rules.FromHub && name != "" && !d.mask {
		return fmt.Sprintf("sops-firewall check --from hub --to %s --transfer", d.show(name)), true
	}
	return fmt.Sprintf("sops-firewall check --from %s --site site.yaml --save %s.json", p, p), false
}

func flowName(f rules.Flow) string {
	proto := ""
	code := ""
	if f.Row != nil {
		proto, code = strings.ToUpper(f.Row.Proto), f.Row.Code
	}
	return fmt.Sprintf("%s %s %d", code, proto, f.Port.Number)
}
