package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"
)

// hint is a key of the last line, with a word beside it: short is used where long
// does not fit. id names its texts, keys.<id>.
type hint struct {
	id, key, long, short string
	rare                 bool // it gives way where the words of all do not fit
	way                  bool // it leads on, back or to the help: the last to give way
}

// ways are the keys by which one gets through the wizard.
var ways = []string{"Enter", "n", "Tab", "Esc", "?"}

// hint is what a key does, by the name of its texts.
func (d *desk) hint(key, id string) hint {
	return hint{id: id, key: d.keyWord(key), long: d.t("keys." + id + ".long"), short: d.t("keys." + id + ".short"), way: slices.Contains(ways, key)}
}

// rare is a hint that gives way where the line is short.
func (d *desk) rare(key, id string) hint {
	h := d.hint(key, id)
	h.rare, h.way = true, false
	return h
}

// keyWord is a key as it stands on the keyboard; several have spaces between them.
func (d *desk) keyWord(key string) string {
	names := strings.Split(key, " ")
	for i, n := range names {
		if word := "keys.names." + n; d.words.Has(word) {
			names[i] = d.t(word)
		}
	}
	return strings.Join(names, " ")
}

// usual are the keys that most screens end with.
func (d *desk) usual() []hint {
	return []hint{d.hint("Esc", "back"), d.hint("s", "answers"), d.rare("m", "mask"), d.rare("z", "shared"), d.hint("?", "help"), d.hint("q", "leave")}
}

// keyName is the key's name; two fast Esc arrive as one Alt-Esc.
func keyName(msg tea.KeyPressMsg) string {
	switch s := msg.String(); s {
	case "alt+esc":
		return "esc"
	case "ctrl+h":
		return "backspace"
	default:
		return s
	}
}

// tallH is from how many lines on the keys may take two, with all their words.
const tallH = 30

// keyRows are the lines of keys in a window of h lines.
func (d *desk) keyRows(hints []hint, w, h int) []string {
	words := make([]hint, len(hints))
	for i, k := range hints {
		words[i] = hint{key: k.key, long: firstOf(k.long, k.short)}
	}
	if width(keyWords(words)) <= w || h < tallH {
		return []string{d.keyLine(hints, w)}
	}
	n := len(words)
	for n > 1 && width(keyWords(words[:n])) > w {
		n--
	}
	return []string{keyWords(words[:n]), d.keyLine(hints[n:], w)}
}

// keyLine fits the hints into w columns. A letter alone tells a newcomer nothing:
// where there is no room for the words of all, some give way, and ? names them.
func (d *desk) keyLine(hints []hint, w int) string {
	if s, ok := worded(hints, w); ok {
		return s
	}
	few := slices.DeleteFunc(slices.Clone(hints), func(h hint) bool { return h.rare })
	for i, h := range few {
		if h.id == "help" {
			few[i].long, few[i].short = d.t("keys.more.long"), d.t("keys.more.short")
		}
	}
	for {
		s, ok := worded(few, w)
		if ok {
			return s
		}
		least := -1
		for i, h := range few {
			if !h.way {
				least = i
			}
		}
		if least < 0 {
			return s
		}
		few = slices.Delete(few, least, least+1)
	}
}

// worded sets all of the hints with words, which are shortened from the right;
// false if they do not fit into w columns even so.
func worded(hints []hint, w int) (string, bool) {
	words := slices.Clone(hints)
	s := keyWords(words)
	for i := len(words) - 1; i >= 0 && width(s) > w; i-- {
		words[i].long = words[i].short
		s = keyWords(words)
	}
	return s, width(s) <= w
}

// keyWords sets keys with their words two apart.
func keyWords(hints []hint) string {
	var b strings.Builder
	for i, h := range hints {
		b.WriteByte(' ')
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(h.key)
		if h.long != "" {
			b.WriteString(" " + h.long)
		}
	}
	return b.String()
}

// huhKeys leaves huh the movements only: Enter, Esc, letters and filters are ours.
func huhKeys() *huh.KeyMap {
	off := key.NewBinding(key.WithDisabled())
	move := func(keys ...string) key.Binding { return key.NewBinding(key.WithKeys(keys...)) }
	km := huh.NewDefaultKeyMap()
	km.Quit = off
	km.Select = huh.SelectKeyMap{
		Next: off, Prev: off, Submit: off, Filter: off, SetFilter: off, ClearFilter: off, Left: off, Right: off,
		Up: move("up", "ctrl+p"), Down: move("down", "ctrl+n"), GotoTop: move("home"), GotoBottom: move("end"),
		HalfPageUp: move("pgup"), HalfPageDown: move("pgdown"),
	}
	km.MultiSelect = huh.MultiSelectKeyMap{
		Next: off, Prev: off, Submit: off, Filter: off, SetFilter: off, ClearFilter: off, SelectAll: off, SelectNone: off,
		Toggle: move("space"),
		Up:     move("up", "ctrl+p"), Down: move("down", "ctrl+n"), GotoTop: move("home"), GotoBottom: move("end"),
		HalfPageUp: move("pgup"), HalfPageDown: move("pgdown"),
	}
	return km
}
