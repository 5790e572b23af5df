package tui

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/syncsign/sops-firewall/wizard"
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
		s := strings.TrimRight(strings.ToValidUTF8(string(line), "\x00"), "\r\n") // printing drops it
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
	if s == "" && strings.TrimSpace(t.text) != "" && !t.end { // no Enter alone
		p.tell("unreadable")
		return e, true
	}
	s = p.byWord(s, form)
	switch {
	case t.end:
		p.inputEnded()
		p.end = wasLeft
		return entry{kind: isGone}, false
	case t.long:
		p.tell("long", "max", itoa(maxLine))
		return e, true
	case s == "<":
		return entry{kind: isBack}, false
	case s == "?":
		p.help(help, form)
		return e, true
	case strings.HasPrefix(s, "?"):
		p.meaning(strings.TrimSpace(s[1:]))
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
		p.tell(map[bool]string{true: "masked", false: "unmasked"}[p.d.mask])
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
			p.tell("ended")
		}
	}
}

func (p *teller) help(help string, form bool) {
	p.paragraphs(help)
	if form {
		p.tell("help.form")
	} else {
		p.tell("help.keys")
	}
	p.tell("help.words")
}

// meaning tells what a word means; "?" asks for all words.
func (p *teller) meaning(word string) {
	list := p.d.glossary()
	if word != "?" {
		list = meaningsFor(list, word)
	}
	if len(list) == 0 {
		p.tell("help.no-word", "word", word)
	}
	for _, m := range list {
		p.say(m.word + ": " + m.say)
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

// text is a text of the plain mode, with {name} replaced from pairs of name and value.
func (p *teller) text(key string, pairs ...string) string { return p.d.t("plain."+key, pairs...) }

// tell writes such a text as one line.
func (p *teller) tell(key string, pairs ...string) { p.say(p.text(key, pairs...)) }

// say writes one line.
func (p *teller) say(s string) { p.write(strings.TrimRight(p.plain(s), " ") + "\n") }

// do writes what is to be done about what was said before.
func (p *teller) do(what string) {
	if what != "" {
		p.say("  " + p.text("do", "what", p.d.show(what)))
	}
}

// refused says why an answer is not taken.
func (p *teller) refused(why string) { p.tell("refused", "why", p.d.show(why)) }

// paragraphs writes text line by line.
func (p *teller) paragraphs(s string) {
	if s = strings.TrimSpace(s); s == "" {
		return
	}
	for line := range strings.SplitSeq(s, "\n") {
		p.say(p.d.show(strings.TrimSpace(line)))
	}
}

func (p *teller) write(s string) {
	if _, err := io.WriteString(p.out, s); err != nil && p.bad == nil {
		p.bad = err
		p.end = wasLeft
	}
}

// plain is s for a reader that knows letters and ASCII signs only.
func (p *teller) plain(s string) string { return wizard.Signs(clean(s)) }
