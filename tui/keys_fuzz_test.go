package tui

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/syncsign/sops-firewall/assets"
	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/router"
	"github.com/syncsign/sops-firewall/wizard"
)

// manyKeys is how many keys TestManyKeys presses.
var manyKeys = flag.Int("keys", 4000, "keys that TestManyKeys presses")

// shippedBook and shippedRouters are read once: a run has many sessions.
var (
	shippedBook = sync.OnceValue(func() *rules.Book {
		b, err := rules.Load(assets.FS)
		if err != nil {
			panic(err) // held by the tests of rules
		}
		return b
	})
	shippedRouters = sync.OnceValue(func() *router.Catalogue {
		c, err := router.LoadHeads(assets.FS)
		if err != nil {
			panic(err) // held by the tests of router
		}
		return c
	})
)

// hostile is what a network may say: wide letters, accents apart, a script from
// right to left, controls, and a word that no line holds.
var hostile = []string{
	"plain", "路由器 端口转发", "e\u0301\u0308\u0323a\u0300", "שלום example.com عربى", "\x1b[2J\x07\x9b31m", "👩‍👩‍👧 🇩🇪 ⚠️",
	strings.Repeat("x", 300), "\u202egnp.exe\u2066", "\xff\xfe", "a\tb\nc", "ﷺ \u200b\u00ad", "",
}

// keyboard is the whole app over the real session: keys, pastes, windows and
// results come in any order, and answers may take their time.
type keyboard struct {
	t    *testing.T
	a    *app
	todo []tea.Cmd
	now  time.Time
	n    int // so far
	last string
}

// filled is a site with all answers, so that keys get to the end.
const filled = `version: 1
name: "路由器 Büro"
case: internet
sources: [google, {kind: exchange, host: mail.example.com, port: 443}]
server: {domain: sops.example.com, lan_ip: 192.168.50.10, public_ip: 203.0.113.5}
hubs: {subnets: [192.168.60.0/24]}
outbound: closed
from: server
firewalls:
  - {side: server, router: fritzbox, generation: fritzos7}
  - {side: hubs, router: generic}
`

// startsAt are the questions a run begins with; empty is the first, without answers.
var startsAt = []string{"", "start", "firewalls", "brand:hubs", "brand:server", "tables", "guides", "finish"}

// newKeyboard begins at one of startsAt, in a language and a way to show it.
func newKeyboard(t *testing.T, how byte) *keyboard {
	t.Helper()
	lang, ascii, masked, begin := []string{"en", "de"}[how&1], how&2 != 0, how&4 != 0, startsAt[how>>3%byte(len(startsAt))]
	k := &keyboard{t: t, now: noon}
	words := shippedWords(lang)
	if ascii {
		words.ASCII()
	}
	book := words.Book(shippedBook())
	main := wizard.Iface{Name: "eth0", Prefix: netip.MustParsePrefix("192.168.50.10/24")}
	here := wizard.Here{Host: "sops-1", OS: "Debian 12", GOOS: "linux", Main: main, Nets: []wizard.Iface{main}, Gateway: netip.MustParseAddr("192.168.50.1")}
	now := func() time.Time { return k.now }
	var site wizard.Site
	if begin != "" {
		var err error
		if site, err = wizard.ParseSite([]byte(filled), book, shippedRouters()); err != nil {
			t.Fatal(err)
		}
	}
	s := wizard.NewSession(wizard.Deps{
		Book: book, Routers: shippedRouters(), Words: words, Here: here, Now: now,
		Store: &wizard.Store{Dir: filepath.Join(t.TempDir(), "sops")},
	}, site)
	t.Cleanup(s.Close)
	if begin != "" && !s.Goto(begin) { // those behind the tables are walked to
		s.Goto("tables")
		for range 3 {
			if s.Ask().ID != begin {
				_ = s.Answer(wizard.Answer{})
			}
		}
		if s.Ask().ID != begin {
			t.Fatalf("no question %q", begin)
		}
	}
	board := wizard.NewBoard(book, words, s.Site(), rules.FromServer)
	env := func(string) string { return "" }
	c := newCopier(env)
	c.system = func(context.Context, string) error { return nil }
	c.run = func(context.Context, string, string, ...string) error { return nil }
	d := &desk{
		session: s, board: liveBoard{board}, words: words, ascii: ascii, mask: masked, beat: time.Nanosecond,
		guides: func(missing bool) []wizard.SideGuide { return s.Guides(board, missing) },
		files:  &fakeFiles{got: map[string]string{}}, env: env, now: now, copier: c, listens: fakeListening,
		report: func() []byte { return []byte("# Report\n") },
	}
	k.a = newApp(d, k.check, func(string) tea.Cmd { return func() tea.Msg { return pageMsg{} } })
	k.later(k.a.Init())
	return k
}

// check answers a run of jobs with one thing or another.
func (k *keyboard) check(jobs []check.Job) tea.Cmd {
	n := k.n
	return func() tea.Msg {
		ch := make(chan check.Result, len(jobs))
		for i, j := range jobs {
			r := fakeResult(j)
			said := hostile[(n+i)%len(hostile)]
			r.Facts = check.Facts{"host": said, "banner": said, "device": said, "issuer": said, "address": said, "resolver": said, "reach": said, "hop": "3"}
			codes := []check.Code{"", "tcp.silent", "tcp.refused", "dns.nxdomain", "tcp.blocked-by", "dns.rewritten"}
			if r.Code = codes[(n+i)%len(codes)]; r.Code != "" {
				r.Status = check.Fail
			}
			ch <- r
		}
		close(ch)
		return startedMsg{ch}
	}
}

func (k *keyboard) later(cmd tea.Cmd) {
	if cmd != nil {
		k.todo = append(k.todo, cmd)
	}
}

// settle runs up to n of the commands that wait.
func (k *keyboard) settle(n int) {
	for ; n > 0 && len(k.todo) > 0; n-- {
		cmd := k.todo[0]
		k.todo = k.todo[1:]
		msg := cmd()
		switch m := msg.(type) {
		case nil:
		case tea.QuitMsg: // stay, as if it had been another key
			k.a.over, k.a.leave = nil, false
		case tea.BatchMsg:
			for _, c := range m {
				k.later(c)
			}
		default:
			if v := reflect.ValueOf(msg); v.Kind() == reflect.Slice && v.Type().Elem() == reflect.TypeFor[tea.Cmd]() { // a sequence
				for i := range v.Len() {
					c, _ := v.Index(i).Interface().(tea.Cmd)
					k.later(c)
				}
				continue
			}
			k.tell(msg)
		}
	}
}

func (k *keyboard) tell(msg tea.Msg) {
	_, cmd := k.a.Update(msg)
	k.later(cmd)
}

var namedKeys = []string{
	"enter", "enter", "enter", "esc", "tab", "shift+tab", "up", "down", "left", "right", "home", "end",
	"pgup", "pgdown", "backspace", "space", "alt+esc", "ctrl+l", "ctrl+z", "ctrl+c",
}

// pasted are texts that are put into fields, right ones among them.
var pastes = append([]string{
	"sops.example.com", "https://SOPS.example.com:8443/portal", "192.168.50.10", "203.0.113.5", "192.168.60.0/24",
	"-----BEGIN SOPS CHECK-----\nx\n-----END SOPS CHECK-----\n", strings.Repeat("line\n", 2000),
}, hostile...)

// play takes two bytes at a time: what, and which.
func (k *keyboard) play(in []byte) {
	for i := 0; i+1 < len(in); i += 2 {
		what, which := in[i], int(in[i+1])
		k.now = k.now.Add(time.Second)
		k.n++
		switch what % 16 {
		case 0:
			w, h := 1+which*2, 1+(which*7+k.n)%200
			if which > 250 {
				w, h = 0, 0
			}
			k.last = fmt.Sprintf("window %dx%d", w, h)
			k.tell(tea.WindowSizeMsg{Width: w, Height: h})
		case 1:
			k.last = fmt.Sprintf("window %dx%d", 60+which, 18+which%40)
			k.tell(tea.WindowSizeMsg{Width: 60 + which, Height: 18 + which%40})
		case 2:
			k.last = fmt.Sprintf("paste %q", pastes[which%len(pastes)])
			k.tell(tea.PasteMsg{Content: pastes[which%len(pastes)]})
		case 3, 4, 5, 6, 7:
			k.last = namedKeys[which%len(namedKeys)]
			k.tell(press(k.last))
		case 8:
			k.last = "looked"
			k.tell(lookedMsg{wizard.Looked{}})
		default:
			r := rune(' ' + which%95)
			if which > 240 {
				r = []rune("éä世ש\u0301🇩ﷺ")[which%7]
			}
			k.last = fmt.Sprintf("%q", r)
			k.tell(tea.KeyPressMsg{Code: r, Text: string(r)})
		}
		if what < 224 { // else what was asked for is still under way
			k.settle(6)
		}
		k.look()
	}
}

// look holds the picture in order.
func (k *keyboard) look() {
	lines, x, y := k.a.draw()
	w, h := max(k.a.w, 1), max(k.a.h, 1)
	wrong := ""
	if len(lines) != h || y >= h || x < 0 || x >= w {
		wrong = fmt.Sprintf("%d lines, cursor %d,%d", len(lines), x, y)
	}
	for _, l := range lines {
		p := plain(l)
		switch {
		case width(l) != w, ansi.StringWidthWc(p) != w:
			wrong = fmt.Sprintf("a line of %d columns: %q", width(l), p)
		case strings.ContainsFunc(p, unicode.IsControl):
			wrong = fmt.Sprintf("a control character: %q", p)
		case k.a.d.ascii && !isASCII(p):
			wrong = fmt.Sprintf("not ASCII: %q", p)
		}
	}
	if wrong != "" {
		k.t.Fatalf("%dx%d at %s after %d keys, the last %s: %s", w, h, k.a.q.ID, k.n, k.last, wrong)
	}
}

// FuzzKeys: whatever comes in whatever window, there is a picture in order.
func FuzzKeys(f *testing.F) {
	f.Add([]byte("\x03\x00\x09\x42\x03\x00\x09\x10\x03\x00\x02\x00\x03\x00\x03\x00\x03\x00\x00\x05\x00\xff\x01\x14"), byte(0))
	f.Add([]byte("\x02\x07\x02\x08\x02\x0a\x03\x03\x03\x0f\x09\x4d\x00\x1f\x00\x02"), byte(7))
	for i := range startsAt {
		f.Add([]byte("\x00\x20\x09\x43\x03\x04\x03\x07\x09\x45\x01\x14\x09\x47\x03\x07\x03\x00\x09\x4e\x0a\x57\x0a\x49\x00\x00\x03\x03\x0b\x5a"), byte(i<<3|i))
	}
	f.Fuzz(func(t *testing.T, in []byte, how byte) {
		newKeyboard(t, how).play(in[:min(len(in), 4000)])
	})
}

// TestManyKeys presses as many keys as -keys says, in every language and mode.
func TestManyKeys(t *testing.T) {
	const each = 500
	asked := map[string]int{}
	for i := range (*manyKeys + each - 1) / each {
		t.Run(strconv.Itoa(i), func(t *testing.T) { // what it holds is given back after it
			rnd := rand.New(rand.NewPCG(uint64(i), 7))
			k := newKeyboard(t, byte(i<<3|i>>3&7))
			in := make([]byte, 2)
			for range each {
				in[0], in[1] = byte(rnd.Uint32()), byte(rnd.Uint32())
				k.play(in)
				asked[k.a.q.ID]++
			}
			k.a.d.writing.Wait()
		})
	}
	t.Logf("keys by question: %v", asked)
}
