package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// The figures of a slow line: what goes to the terminal, and when.
//
//	SOPS_LAB=must go test ./cmd/sops-firewall -run '^$' -bench BenchmarkLine -benchtime 1x -v

// quiet is how long nothing may come before a key counts as answered; longer
// than the wizard lets a pane wait.
const quiet = 250 * time.Millisecond

// atOnce is shorter than the wizard lets an explanation wait.
const atOnce = 120 * time.Millisecond

// pressed is what one key cost.
type pressed struct {
	screen, key string
	at          int           // bytes at once: the mark, the letter
	bytes       int           // with what explains it, which follows when no key comes
	paint       time.Duration // until the first byte came
	page        bool          // another screen came: its text is the cost
}

// lineLog measures keys in a console.
type lineLog struct {
	*console
	lab    *lab
	all    []pressed
	screen string
}

// rest waits until nothing has come for a while and returns the bytes so far.
func (m *console) rest() int {
	t := time.NewTimer(quiet)
	defer t.Stop()
	for {
		select {
		case <-m.changed:
			t.Reset(quiet)
		case <-t.C:
			return len(m.line())
		}
	}
}

// press types a key and waits for all of its answer.
func (g *lineLog) press(name, key string, page bool) {
	before := len(g.line())
	select { // what is left of the last answer
	case <-g.changed:
	default:
	}
	start := time.Now()
	g.key(key)
	p := pressed{screen: g.screen, key: name, page: page}
	select {
	case <-g.changed:
		p.paint = time.Since(start)
	case <-time.After(quiet): // a key that does nothing here
	}
	<-time.After(atOnce - time.Since(start))
	p.at = len(g.line()) - before
	p.bytes = g.rest() - before
	g.all = append(g.all, p)
}

// moves are the keys that stay on a screen, each pressed where it can do something.
func (g *lineLog) moves(keys ...string) {
	for _, k := range keys {
		g.press(k, keyNames[k], false)
	}
}

// texts are keys that stay on a screen and bring another list, page or drawing.
func (g *lineLog) texts(keys ...string) {
	for _, k := range keys {
		g.press(k, keyNames[k], true)
	}
}

var keyNames = map[string]string{
	"Down": "\x1b[B", "Up": "\x1b[A", "PgDn": "\x1b[6~", "PgUp": "\x1b[5~", "Home": "\x1b[H", "End": "\x1b[F",
	"Space": " ", "m": "m", "f": "f", "a": "a", "r": "r", "w": "w", "x": "x", "Backspace": "\x7f", "Tab": "\t",
	"/": "/", "o": "o", "k": "k", "Esc": "\x1b", "R": "R", "?": "?", "s": "s", "Enter": enter, "1": "1", "2": "2", "3": "3", "4": "4",
}

// overlay opens what lies on top of a screen and closes it again.
func (g *lineLog) overlays() {
	g.press("?", "?", true)
	g.press("Esc from ?", esc, true)
	g.press("s", "s", true)
	g.press("Esc from s", esc, true)
	g.press("q", "q", true)
	g.press("Esc from q", esc, true)
	g.press("m", "m", true)
	g.press("m again", "m", true)
}

// walkInternet is case B with every key of every screen.
func (g *lineLog) walkInternet() {
	m := g.console
	at := func(screen string, want ...string) {
		m.see(want...)
		g.screen = screen
		g.rest()
	}
	next := func(key string) { g.press("on from "+g.screen, key, true) }
	at("start", "1/7", "192.168.50.10", "14 ok", "Begin")
	g.overlays()
	next(enter)
	at("case", "2/7 Where is the server?")
	g.texts("Down", "Up", "End", "Home") // a drawing each
	g.overlays()
	m.key("b")
	at("case", "> B")
	next(enter)
	at("sources", "3/7", "Google Calendar")
	g.moves("Down", "Up", "Down", "Down", "End", "Home", "Space", "Down", "Space", "Space", "Up")
	g.overlays()
	next(enter)
	at("addresses", "4/7 Addresses", "Server name")
	for _, c := range "sops.example.com" {
		g.press("a letter", string(c), false)
	}
	g.moves("Backspace")
	g.press("a letter", "m", false)
	g.moves("Tab", "Up", "Down", "Down", "Up")
	g.fields("Public address", "Hub network", "Name of this site")
	at("where", "Where are you now?", "> 1 On the server")
	g.moves("Down", "Down", "Up", "Up")
	g.overlays()
	next(enter)
	at("outbound", "5/7", "block the way out")
	g.moves("Down", "Up")
	next("1" + enter)
	at("firewalls", "Which firewalls are in the way?")
	g.moves("Down", "Up", "Space", "Space")
	next(enter)
	at("brands", "firewall at the server?", "/ filters")
	g.moves("Down", "Down", "Down", "Up")
	g.texts("PgDn", "PgUp", "End", "Home")
	g.overlays()
	g.moves("/")
	for _, c := range "fritz" {
		g.press("a letter", string(c), true)
	}
	next(enter)
	at("front", "Is there a provider box", "> 1 No")
	g.moves("Down", "Up")
	next(enter)
	at("brands", "hubs' office", "/ filters")
	m.key("/know")
	at("brands", "> I don't know")
	next(enter)
	at("front", "the hubs' router?", "> 1 No")
	next(enter)
	at("tables", "6/7 Checks", "0 Basics", "5 ok")
	for range 9 {
		g.moves("Down", "Down", "Down", "Up", "End", "Home", "PgDn", "PgUp", "r", "w", "w")
		g.texts("f", "f", "a", "a")
		g.press("Enter", enter, true)
		g.press("Down in the pane", "\x1b[B", false)
		g.press("Enter back", enter, true)
		g.press("Tab", tab, true)
	}
	g.overlays()
	g.press("Tab", tab, true)
	t := g.t
	t.Logf("a held-down key: %.0f bytes for each", g.held(8))
	for _, state := range []struct{ name, nat string }{
		{"as before", ""},
		{"five ports and the time silent", "tcp dport { 22, 8433 } drop; udp dport 123 drop;"},
		{"well again", ""},
	} {
		g.lab.nat(state.nat)
		all, took, most := g.stream()
		t.Logf("all rows again, %s: %d bytes in %.1f s, %.0f B/s, at most %d in a second", state.name, all, took.Seconds(), float64(all)/max(took.Seconds(), 1), most)
	}
	next("n")
	at("guides", "7/7", "1 Prepare")
	g.moves("Down", "Down", "Up")
	g.texts("End", "Home", "PgDn", "PgUp")
	g.press("2", "2", true)
	g.moves("Down", "Down", "Up")
	g.texts("End", "Home", "PgDn", "PgUp")
	g.press("3", "3", true)
	g.press("4", "4", true)
	g.press("2", "2", true)
	g.press("C (the guide itself)", "C", true)
	m.see("[sent]")
	g.press("y", "y", false)
	next("n")
	g.rest()
	g.screen = "finish"
	g.moves("Down", "Up")
	g.overlays()
}

// held presses Down as a held-down key does, and back; bytes for each.
func (g *lineLog) held(times int) float64 {
	before := g.rest()
	beat := time.NewTicker(33 * time.Millisecond)
	defer beat.Stop()
	for _, k := range []string{"Down", "Up"} {
		for range times {
			<-beat.C
			g.key(keyNames[k])
		}
	}
	return float64(g.rest()-before) / float64(2*times)
}

// stream asks all rows again and measures until all is quiet: the bytes, how long
// they came, and the most of them in any second.
func (g *lineLog) stream() (all int, took time.Duration, most int) {
	type mark struct {
		at time.Time
		n  int
	}
	start := g.rest()
	marks := []mark{{time.Now(), start}}
	g.key("R")
	beat := time.NewTicker(10 * time.Millisecond)
	defer beat.Stop()
	for at := range beat.C {
		if n := len(g.line()); n != marks[len(marks)-1].n {
			marks = append(marks, mark{at, n})
		}
		if last := marks[len(marks)-1]; time.Since(last.at) > 5*time.Second {
			break
		}
	}
	first := marks[min(1, len(marks)-1)].at
	for i, a := range marks {
		for _, b := range marks[i:] {
			if b.at.Sub(a.at) < time.Second {
				most = max(most, b.n-a.n)
			}
		}
	}
	last := marks[len(marks)-1]
	return last.n - start, last.at.Sub(first), most
}

// table prints the figures of moves, or of new screens, by screen.
func (g *lineLog) table(page bool) string {
	var b strings.Builder
	b.WriteString("| screen | keys | at once: middle | most | in all: middle | 95 of 100 | most | the dearest key | paint: middle | most |\n|---|---|---|---|---|---|---|---|---|---|\n")
	var order []string
	by := map[string][]pressed{}
	for _, p := range g.all {
		if p.page != page {
			continue
		}
		if by[p.screen] == nil {
			order = append(order, p.screen)
		}
		by[p.screen] = append(by[p.screen], p)
		by["all"] = append(by["all"], p)
	}
	for _, s := range append(order, "all") {
		list := by[s]
		var n, first []int
		var paint []time.Duration
		for _, p := range list {
			n, first = append(n, p.bytes), append(first, p.at)
			if p.paint > 0 {
				paint = append(paint, p.paint)
			}
		}
		if len(list) == 0 || len(paint) == 0 {
			continue
		}
		most := slices.MaxFunc(list, func(a, b pressed) int { return cmp.Compare(a.bytes, b.bytes) })
		slices.Sort(n)
		slices.Sort(first)
		slices.Sort(paint)
		_, _ = fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %d | %d | %s | %.1f ms | %.1f ms |\n", s, len(n), first[len(n)/2], first[len(n)-1], n[len(n)/2], n[len(n)*95/100], n[len(n)-1], most.key,
			paint[len(paint)/2].Seconds()*1000, paint[len(paint)-1].Seconds()*1000)
	}
	return b.String()
}

// BenchmarkLine walks case B and prints what each key costs.
func BenchmarkLine(b *testing.B) {
	for _, size := range [][2]int{{80, 24}, {120, 40}} {
		b.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(b *testing.B) {
			l := newLab(b)
			g := &lineLog{lab: l, console: l.wizard(l.server, size[0], size[1])}
			g.walkInternet()
			b.Logf("%dx%d, keys that stay on a screen:\n%s\nkeys that bring another text:\n%s", size[0], size[1], g.table(false), g.table(true))
			before := g.rest()
			<-time.After(3 * time.Second)
			b.Logf("idle: %d bytes in 3 s; all of this: %d bytes", len(g.line())-before, before)
			if testing.Verbose() {
				for _, p := range g.all {
					if p.bytes > 200 && !p.page {
						b.Logf("%s %s: %d", p.screen, p.key, p.bytes)
					}
				}
			}
			g.key("\x03\x03")
			g.end()
		})
	}
}
