package wizard

import (
	"errors"
	"strconv"
	"strings"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/router"
)

// Error is what an error says to the user: the sentence of a check.Said, each on
// a line of its own where several are joined. Any other error speaks for itself.
func (w *Words) Error(err error) string {
	switch e := err.(type) { //nolint:errorlint // an error around one of these has words of its own
	case nil:
		return ""
	case *check.Said:
		return w.said(e)
	case interface{ said() *check.Said }:
		return w.said(e.said())
	case *Mistake:
		if e.Line == 0 {
			return w.Error(e.Err)
		}
		return w.Say("problems.site-file.line", "line", strconv.Itoa(e.Line), "why", w.Error(e.Err))
	case *router.UnknownError:
		return w.said(w.unknownRouter(e))
	case interface{ Unwrap() []error }:
		var lines []string
		for _, one := range e.Unwrap() {
			lines = append(lines, w.Error(one))
		}
		return strings.Join(lines, "\n")
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil && inner.Error() == err.Error() {
			return w.Error(inner) // it carries and says nothing of its own
		}
	}
	return err.Error()
}

func (w *Words) said(s *check.Said) string {
	if !w.Has(s.Key) {
		return s.Error()
	}
	facts := pairs(s.Pairs)
	if s.Err != nil {
		facts["why"] = w.Error(s.Err)
	}
	return fillWith(w.flat[s.Key], facts, cleanLines)
}

// cleanLines cleans each line of its own: an error may be many sentences.
func cleanLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = check.Clean(l, sayMax)
	}
	return strings.Join(lines, "\n")
}

func (w *Words) unknownRouter(e *router.UnknownError) *check.Said {
	return check.Say("problems.router.unknown", "id", strconv.Quote(e.ID), "nearest", w.Or(e.Nearest))
}

// Or names a choice of values: "a or b".
func (w *Words) Or(list []string) string { return strings.Join(list, " "+w.Say("text.or")+" ") }

// Place is the short name of a vantage point.
func (w *Words) Place(from string) string { return w.Say("text.places." + from) }

// Verdict is a state in a sentence or a table: pass, fail, not-needed.
func (w *Words) Verdict(s check.Status) string { return w.Say("report.states." + s.String()) }

// worded is an error with its sentence.
type worded struct {
	text string
	err  error
}

func (s *worded) Error() string { return s.text }

func (s *worded) Unwrap() error { return s.err }

// Spoken is err with the words of this language; nil for nil.
func (w *Words) Spoken(err error) error {
	var said *worded
	if err == nil || errors.As(err, &said) {
		return err
	}
	return &worded{w.Error(err), err}
}
