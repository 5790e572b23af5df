package tui

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
)

// maxLine is the longest answer; more is no answer but a mistaken paste.
const maxLine = 4096

// typed is one line of the user, or the end of the input.
type typed struct {
	text string
	long bool // longer than maxLine; text is empty
	end  bool
}

// readLines hands over one line at a time. The goroutine may stay in a read
// that never returns; nobody waits for it.
func readLines(ctx context.Context, in io.Reader) <-chan typed {
	out := make(chan typed)
	go func() {
		defer close(out)
		r := bufio.NewReader(in)
		for {
			t := readLine(r)
			select {
			case out <- t:
			case <-ctx.Done():
				return
			}
			if t.end {
				return
			}
		}
	}()
	return out
}

// readLine reads to the end of the line and keeps at most maxLine bytes. What
// stands before the end of the input without a line end is a line as well.
func readLine(r *bufio.Reader) typed {
	var line []byte
	long := false
	for {
		part, err := r.ReadSlice('\n')
		if !long && len(line)+len(strings.TrimRight(string(part), "\r\n")) > maxLine {
			line, long = nil, true
		}
		if !long {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && len(line) == 0 && !long:
			return typed{end: true}
		}
		s := strings.TrimRight(strings.ToValidUTF8(string(line), ""), "\r\n")
		return typed{text: s, long: long}
	}
}

// entryKind is what the user wants with a line.
type entryKind int

const (
	isText  entryKind = iota
	isBack            // <
	isMoved           // the summary led elsewhere
	isGone            // leave: q, the end of the input, or a signal
)

type entry struct {
	kind entryKind
	text string
}

const helpKeys = "Commands: < goes back. ? is this help. s reads all answers, to change one. m hides or shows private data. q leaves; your answers are saved."

const helpForm = "Commands: Enter keeps the value in brackets. - empties it. < goes back. ? is this help. q leaves; your answers are saved. To enter such a sign as a value, put = before it: =q"

// prompt asks and waits for a line, taking in results of checks meanwhile. It
// does itself what means the same everywhere. In a form letters are values.
func (p *teller) prompt(ask, help string, form bool) entry {
	for {
		p.write(p.plain(ask))
		e, again := p.command(p.line(), help, form)
		if !again {
			return e
		}
	}
}

// line waits for the next line.
func (p *teller) line() typed {
	for p.bad == nil {
		select {
		case <-p.done:
			return typed{end: true}
		case t, ok := <-p.typed:
			if !p.hand {
				p.write("\n")
			}
			if !ok {
				return typed{end: true}
			}
			return t
		case n := <-p.news:
			p.take(n)
		}
	}
	return typed{end: true} // nobody hears the prompt
}

// command does what a line asks for where it is no answer; again is true when
// the prompt is to be shown again.
func (p *teller) command(t typed, help string, form bool) (e entry, again bool) {
	s := strings.TrimSpace(strings.Map(printing, t.text))
	switch {
	case t.end:
		p.inputEnded()
		p.end = wasLeft
		return entry{kind: isGone}, false
	case t.long:
		p.say("That line is longer than %d characters. Type it again.", maxLine)
		return e, true
	case s == "<":
		return entry{kind: isBack}, false
	case s == "?":
		p.help(help, form)
		return e, true
	case s == "q" || s == "Q" && !form:
		p.end = wasLeft
		return entry{kind: isGone}, false
	case form && strings.HasPrefix(s, "="):
		return entry{text: s[1:]}, false
	case s == "s" && !form:
		if p.summary() {
			return entry{kind: isMoved}, false
		}
		return entry{kind: isGone}, p.end == notYet
	case s == "m" && !form:
		p.d.mask = !p.d.mask
		p.say("%s", map[bool]string{true: "Private data is hidden from now on.", false: "Private data is shown from now on."}[p.d.mask])
		return e, true
	}
	return entry{text: s}, false
}

// inputEnded says what to use where nobody can answer. After a signal, or when
// nobody hears it, there is nothing to say.
func (p *teller) inputEnded() {
	select {
	case <-p.done:
	default:
		if p.bad == nil && !p.hand {
			p.say("The input has ended. Where nobody can answer, use: sops-firewall check, rules, guide or report. See: sops-firewall --help")
		}
	}
}

func (p *teller) help(help string, form bool) {
	p.paragraphs(help)
	if form {
		p.say(helpForm)
	} else {
		p.say(helpKeys)
	}
}

// printing drops control characters from what was typed or pasted.
func printing(r rune) rune {
	switch {
	case r == '\t':
		return ' '
	case unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp):
		return -1
	}
	return r
}

// number reads a choice from 1 to n and returns its index.
func number(s string, n int) (int, bool) {
	i, err := strconv.Atoi(strings.TrimSuffix(s, "."))
	return i - 1, err == nil && i >= 1 && i <= n
}

// say writes one line.
func (p *teller) say(format string, args ...any) {
	p.write(strings.TrimRight(p.plain(fmt.Sprintf(format, args...)), " ") + "\n")
}

// paragraphs writes text line by line.
func (p *teller) paragraphs(s string) {
	if s = strings.TrimSpace(s); s == "" {
		return
	}
	for line := range strings.SplitSeq(s, "\n") {
		p.say("%s", p.d.show(strings.TrimSpace(line)))
	}
}

func (p *teller) write(s string) {
	if _, err := io.WriteString(p.out, s); err != nil && p.bad == nil {
		p.bad = err
		p.end = wasLeft
	}
}

// plain is s for a reader that knows letters and ASCII signs only.
func (p *teller) plain(s string) string { return ascii(clean(s)) }

var asciiSigns = strings.NewReplacer(
	"“", `"`, "”", `"`, "„", `"`, "‘", "'", "’", "'", "«", `"`, "»", `"`,
	"–", "-", "—", "-", "−", "-", "…", "...", "→", "->", "←", "<-", "›", ">", "‹", "<",
	"•", "-", "·", ",", "×", "x", "≥", ">=", "≤", "<=", "\u00a0", " ", "\u202f", " ", "✓", "ok", "✗", "no",
)

// ascii replaces typographic signs; letters stay, or names of menus in other
// languages could not be found.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 128 || unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r) {
			return r
		}
		return '?'
	}, asciiSigns.Replace(s))
}
