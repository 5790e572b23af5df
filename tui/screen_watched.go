package tui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/syncsign/sops-firewall/wizard"
)

// watched are the lines above the table while its rows are watched: how, and what
// opened or closed since the watch began.
func (s *tablesScreen) watched(w int) []string {
	at := s.d.clock(s.watch.Since)
	lines := hang(" ", s.d.t("watch.since", "at", at, "n", seconds(wizard.WatchClosed), "open", seconds(wizard.WatchOpen)), w-1)
	for _, c := range []struct {
		key  string
		rows []string
	}{{"watch.opened", s.watch.Opened()}, {"watch.closed", s.watch.Closed()}} {
		if len(c.rows) == 0 {
			continue
		}
		text := s.d.n(c.key, len(c.rows), "at", at, "rows", s.d.show(strings.Join(c.rows, ", ")))
		part := hang(" ", text, w-1)
		if len(part) > 2 { // the list at the end of the watch has all
			part = append(part[:1], shorten(part[1], w-4)+" ..")
		}
		for _, l := range part {
			lines = append(lines, boldStyle.Render(l))
		}
	}
	return lines
}

func seconds(d time.Duration) string { return itoa(int(d / time.Second)) }

// shortly is what stands beside a state: that a row opened while it is watched
// stands there until the watch ends.
func (s *tablesScreen) shortly(f wizard.FlowView) string {
	if s.watch != nil && s.watch.IsOpened(f.Flow.Key) {
		return s.d.t("watch.now-open")
	}
	return s.d.short(f)
}

// watchedScreen compares before and after when a watch has ended.
type watchedScreen struct {
	noDraft
	d      *desk
	watch  *wizard.Watch
	to     time.Time
	scroll int
}

func (s *watchedScreen) Keys() []hint {
	return append([]hint{s.d.hint("Up Down", "scroll"), s.d.hint("Enter Esc", "table")}, s.d.usual()[3:]...)
}

func (s *watchedScreen) Update(msg tea.Msg) (act, tea.Cmd) {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return act{}, nil
	}
	switch keyName(k) {
	case "enter", "esc":
		return act{want: wantClose}, nil
	case "up":
		s.scroll--
	case "down":
		s.scroll++
	case "pgup":
		s.scroll -= 10
	case "pgdown":
		s.scroll += 10
	}
	return act{}, nil
}

func (s *watchedScreen) View(w, h int) frame {
	lines := []string{"", boldStyle.Render(shorten(" "+s.d.t("watch.title", "from", s.d.clock(s.watch.Since), "to", s.d.clock(s.to)), w)), ""}
	state := max(width(s.d.t("watch.was")), 6) + 2
	name := w - 3 - 2*state
	lines = append(lines, "   "+fit(s.d.t("watch.row"), name)+fit(s.d.t("watch.was"), state)+s.d.t("watch.now"))
	turns := s.watch.Turns()
	room := max(h-len(lines), 1)
	s.scroll = max(min(s.scroll, len(turns)-room), 0)
	for _, t := range turns[s.scroll:min(s.scroll+room, len(turns))] {
		lines = append(lines, "   "+fit(shorten(s.d.show(s.d.turnName(t)), name-1), name)+fit(s.d.state(t.Was), state)+s.d.state(t.Now))
	}
	return frame{lines: lines, y: -1}
}

// turnName is a row that turned, with its host.
func (d *desk) turnName(t wizard.Turn) string {
	name := t.Name()
	if to := t.Flow.Host; to != "" && !strings.HasSuffix(name, " "+to) && t.Flow.Port.Number != 0 {
		name += "  " + to
	}
	return name
}
