package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"charm.land/huh/v2"
)

// hint is a key of the last line. The last line always names every key of the
// screen: short is used where long does not fit. id names its texts, keys.<id>.
type hint struct {
	id, key, long, short string
}

// hint is what a key does, by the name of its texts.
func (d *desk) hint(key, id string) hint {
	return hint{id, d.keyWord(key), d.t("keys." + id + ".long"), d.t("keys." + id + ".short")}
}

// bare is a hint whose key stands alone where the line is short.
func (d *desk) bare(key, id string) hint {
	h := d.hint(key, id)
	return hint{id, h.key, h.short, ""}
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
	return []hint{d.hint("Esc", "back"), d.hint("s", "answers"), d.hint("m", "mask"), d.bare("z", "shared"), d.hint("?", "help"), d.hint("q", "leave")}
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
func keyRows(hints []hint, w, h int) []string {
	words := make([]hint, len(hints))
	for i, k := range hints {
		words[i] = hint{key: k.key, long: firstOf(k.long, k.short)}
	}
	if width(keyWords(words)) <= w || h < tallH {
		return []string{keyLine(hints, w)}
	}
	n := len(words)
	for n > 1 && width(keyWords(words[:n])) > w {
		n--
	}
	return []string{keyWords(words[:n]), keyLine(words[n:], w)}
}

// keyLine fits the hints into w columns, shortening from the right and at last
// leaving the keys alone.
func keyLine(hints []hint, w int) string {
	words := make([]hint, len(hints))
	for i, h := range hints {
		words[i] = hint{key: h.key, long: h.long}
	}
	for pass := range 2 {
		for i := len(hints) - 1; i >= 0; i-- {
			if s := keyWords(words); width(s) <= w {
				return s
			}
			words[i].long = ""
			if pass == 0 {
				words[i].long = hints[i].short
			}
		}
	}
	return keyWords(words)
}

// keyWords sets keys with words two apart, and bare keys close together.
func keyWords(hints []hint) string {
	var b strings.Builder
	for i, h := range hints {
		b.WriteByte(' ')
		if i > 0 && (h.long != "" || hints[i-1].long != "") {
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
