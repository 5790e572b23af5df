package tui

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// meaning is a word that not everybody knows, from glossary.<id> of the words.
type meaning struct {
	id    string
	word  string
	forms []string // the word and what else stands for it in texts
	say   string
}

// glossary are all meanings, by their words.
func (d *desk) glossary() []meaning {
	if d.meanings != nil {
		return d.meanings
	}
	for _, key := range d.words.Keys() {
		id, word := strings.CutSuffix(key, ".word")
		id, ours := strings.CutPrefix(id, "glossary.")
		if !word || !ours {
			continue
		}
		t := meaning{id: id, word: d.words.Raw(key), say: d.words.Raw("glossary." + id + ".say")}
		t.forms = []string{t.word}
		if also := "glossary." + id + ".also"; d.words.Has(also) {
			for f := range strings.SplitSeq(d.words.Raw(also), ",") {
				t.forms = append(t.forms, strings.TrimSpace(f))
			}
		}
		d.meanings = append(d.meanings, t)
	}
	slices.SortFunc(d.meanings, func(a, b meaning) int {
		return cmp.Compare(strings.ToLower(a.word), strings.ToLower(b.word))
	})
	return d.meanings
}

// in tells whether a text has the term as a whole word. Capitals count where the
// term has nothing else: MAC is no Mac, though tcp is TCP.
func (t meaning) in(text, low string) bool {
	return slices.ContainsFunc(t.forms, func(form string) bool {
		if strings.ToUpper(form) == form {
			return hasWord(text, form) || len(form) > 2 && hasWord(text, strings.ToLower(form))
		}
		return hasWord(low, strings.ToLower(form))
	})
}

// hasWord tells whether word stands in text with no letter or digit beside it.
func hasWord(text, word string) bool {
	for rest := text; ; {
		i := strings.Index(rest, word)
		if i < 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(rest[:i])
		after, _ := utf8.DecodeRuneInString(rest[i+len(word):])
		if !partOfWord(before) && !partOfWord(after) {
			return true
		}
		rest = rest[i+len(word):]
	}
}

func partOfWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

// meaningsIn are the terms that a text has.
func (d *desk) meaningsIn(text string) []meaning {
	text = strings.Join(strings.Fields(text), " ")
	low := strings.ToLower(text)
	var out []meaning
	for _, t := range d.glossary() {
		if t.in(text, low) {
			out = append(out, t)
		}
	}
	return out
}

// meaningsFor are the terms that somebody asks for: those that have a form that
// begins so, else those that speak of it.
func meaningsFor(all []meaning, ask string) []meaning {
	ask = strings.ToLower(strings.Join(strings.Fields(ask), " "))
	var begin, about []meaning
	for _, t := range all {
		switch {
		case slices.ContainsFunc(t.forms, func(f string) bool { return strings.HasPrefix(strings.ToLower(f), ask) }):
			begin = append(begin, t)
		case strings.Contains(strings.ToLower(t.say), ask):
			about = append(about, t)
		}
	}
	if len(begin) > 0 {
		return begin
	}
	return about
}

// meaningLines are words with what they mean, the meanings below each other.
func (d *desk) meaningLines(list []meaning, w int) []string {
	wordW := 0
	for _, m := range d.glossary() {
		wordW = max(wordW, width(m.word))
	}
	wordW = min(wordW, w/3)
	var lines []string
	for _, m := range list {
		word := shorten(m.word, wordW)
		rows := hang("   "+fit(word, wordW)+"  ", m.say, w-1)
		rows[0] = "   " + boldStyle.Render(word) + rows[0][3+len(word):]
		lines = append(lines, rows...)
	}
	return lines
}
