package wizard

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

// ask is the ID of the question and of its options.
func ask(s *Session) string {
	q := s.Ask()
	ids := []string{q.ID}
	for _, o := range q.Options {
		ids = append(ids, o.ID)
	}
	return strings.Join(ids, " ")
}

func mustAnswer(t *testing.T, s *Session, choice string) {
	t.Helper()
	if err := s.Answer(Answer{Choice: choice}); err != nil {
		t.Fatalf("%s: %v", choice, err)
	}
}

// two opens one site in two windows; the second one is asked.
func two(t *testing.T) (a, b *Session, file string) {
	t.Helper()
	d := testDeps(t)
	d.Store = &Store{Dir: t.TempDir()}
	d.Me = Owner{User: "pi", Host: "sops-1", From: "192.0.2.7", PID: 41, Since: testNow}
	a = NewSession(d, Site{Case: rules.CaseLAN, Server: Server{Domain: "sops.example.com"}, Step: "where"})
	mustAnswer(t, a, "server")
	d.Me.PID = 42
	b = NewSession(d, Site{})
	t.Cleanup(a.Close)
	t.Cleanup(b.Close)
	if o := b.Ask().Options[0]; !strings.Contains(o.Detail, "open in another window: pi on sops-1, connected from 192.0.2.7, since "+testNow.Format("15:04")) {
		t.Errorf("start says %q", o.Detail)
	}
	mustAnswer(t, b, "continue")
	if ask(b) != "held look take leave" || !strings.Contains(b.Ask().Intro, "process 41") {
		t.Fatalf("the second is asked %s: %s", ask(b), b.Ask().Intro)
	}
	return a, b, a.File()
}

func TestSecondLooksOnly(t *testing.T) {
	a, b, file := two(t)
	was, _ := os.ReadFile(file)
	mustAnswer(t, b, "look")
	if b.Ask().ID != "outbound" || !b.LookOnly() {
		t.Fatalf("at %s", b.Ask().ID)
	}
	mustAnswer(t, b, "closed")
	if data, _ := os.ReadFile(file); string(data) != string(was) || b.Site().Outbound != OutboundClosed {
		t.Error("who only looks saves nothing, and sees all the same what was answered")
	}
	if _, err := b.WriteFile("guide.md", nil); err == nil || b.Keep(Report{}, Spot{}) != nil {
		t.Errorf("who only looks writes nothing: %v", err)
	}
	mustAnswer(t, a, "open")
	if data, _ := os.ReadFile(file); !strings.Contains(string(data), "outbound: open") {
		t.Errorf("the first goes on as if alone: %s", data)
	}
}

func TestSecondTakesOver(t *testing.T) {
	a, b, file := two(t)
	mustAnswer(t, b, "take")
	mustAnswer(t, b, "closed")
	theirs, _ := os.ReadFile(file)
	mustAnswer(t, a, "open")
	if ask(a) != "held look theirs mine leave" || !strings.Contains(a.Ask().Intro, "process 42") {
		t.Fatalf("the first is asked %s: %s", ask(a), a.Ask().Intro)
	}
	if data, _ := os.ReadFile(file); string(data) != string(theirs) {
		t.Fatal("the first wrote over the second")
	}
	if a.Back() || a.Goto("case") {
		t.Error("the question must be answered first")
	}
	mustAnswer(t, a, "mine")
	if data, _ := os.ReadFile(file); !strings.Contains(string(data), "outbound: open") {
		t.Errorf("mine: %s", data)
	}
	if kept, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "site-earlier-1.yaml")); string(kept) != string(theirs) {
		t.Errorf("theirs are not kept: %s", kept)
	}
	at := b.Ask().ID
	b.Back()
	if ask(b) != "held look theirs mine leave" {
		t.Fatalf("the second is asked %s", ask(b))
	}
	mustAnswer(t, b, "theirs")
	if b.Site().Outbound != OutboundOpen || b.Ask().ID != at {
		t.Errorf("theirs: %+v at %s", b.Site(), b.Ask().ID)
	}
}

// TestThirdWindow: a site that was taken over is held, also when the first window
// has closed and the second has written nothing since.
func TestThirdWindow(t *testing.T) {
	a, b, file := two(t)
	mustAnswer(t, b, "take")
	a.Close()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(10 * time.Second); peek(file) == nil; <-tick.C {
		if time.Now().After(end) {
			t.Fatal("the site looks free")
		}
	}
	var held *HeldError
	if l, err := acquire(file, Owner{PID: 43}, false); !errors.As(err, &held) || held.By.PID != 42 {
		l.release()
		t.Errorf("a third one: %v", err)
	}
	b.Close()
	if peek(file) != nil {
		t.Error("it is held after all have left")
	}
}

// TestFirstStays: when the second has taken the site and left again, the first
// one has it, and others find that.
func TestFirstStays(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the file of a lock is never removed there")
	}
	a, b, file := two(t)
	mustAnswer(t, b, "take")
	b.Close()
	mustAnswer(t, a, "open")
	if ask(a) == "held" || a.Ask().ID == HeldID {
		t.Fatalf("the first is asked %s", ask(a))
	}
	var held *HeldError
	if l, err := acquire(file, Owner{PID: 43}, false); !errors.As(err, &held) || held.By.PID != 41 {
		l.release()
		t.Errorf("a third one: %v", err)
	}
}

// TestLeftBehind: a lock whose process is gone stops nobody, whatever is in it.
func TestLeftBehind(t *testing.T) {
	d := testDeps(t)
	d.Store = &Store{File: filepath.Join(t.TempDir(), "acme.yaml")}
	for _, text := range []string{"", "{", `{"token":"x","since":"2026-01-01T00:00:00Z"}`, strings.Repeat("a", 1<<20)} {
		if err := os.WriteFile(lockPath(d.Store.File), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s := NewSession(d, Site{Case: rules.CaseLAN, Step: "sources"})
		if s.Ask().ID != "sources" {
			t.Errorf("%.20q: asked %s", text, ask(s))
		}
		s.Close()
		if _, err := os.Stat(lockPath(d.Store.File)); err == nil && runtime.GOOS != "windows" {
			t.Errorf("%.20q: the lock stays", text)
		}
	}
}

// TestLockTouchesNothingElse: neither a lock of another program nor what a link
// leads to is written over.
func TestLockTouchesNothingElse(t *testing.T) {
	dir := t.TempDir()
	other, linked := filepath.Join(dir, "acme.lock"), filepath.Join(dir, "linked")
	for _, f := range []string{other, linked} {
		if err := os.WriteFile(f, []byte("precious"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(dir, "acme.yaml")
	l, err := acquire(file, Owner{PID: 41}, false)
	if err != nil {
		t.Fatal(err)
	}
	l.release()
	if runtime.GOOS != "windows" {
		if err := os.Symlink(linked, lockPath(file)); err != nil {
			t.Fatal(err)
		}
		if l, err := acquire(file, Owner{PID: 41}, false); err == nil {
			l.release()
			t.Error("a lock by a link")
		}
	}
	for _, f := range []string{other, linked} {
		if data, _ := os.ReadFile(f); string(data) != "precious" {
			t.Errorf("%s: %q", f, data)
		}
	}
}

// TestChangedByHand: a file that an editor changed is not written over.
func TestChangedByHand(t *testing.T) {
	d := testDeps(t)
	d.Store = &Store{File: filepath.Join(t.TempDir(), "acme.yaml")}
	s := NewSession(d, Site{})
	t.Cleanup(s.Close)
	mustAnswer(t, s, "new")
	mustAnswer(t, s, "lan")
	byHand := "version: 1\ncase: internet\nstep: sources\n"
	if err := os.WriteFile(d.Store.File, []byte(byHand), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Answer(Answer{Many: []string{"google"}}); err != nil || ask(s) != "held theirs mine look leave" {
		t.Fatalf("%v, asked %s", err, ask(s))
	}
	mustAnswer(t, s, "theirs")
	if data, _ := os.ReadFile(d.Store.File); string(data) != byHand || s.Site().Case != rules.CaseInternet {
		t.Errorf("%s: %+v", data, s.Site())
	}
}

// TestResultsWithTheirAge: what was kept is shown with its age, proves nothing,
// and gives way to what is seen now.
func TestResultsWithTheirAge(t *testing.T) {
	d := testDeps(t)
	d.Store = &Store{Dir: t.TempDir()}
	s := NewSession(d, Site{Case: rules.CaseLAN, Server: Server{Domain: "sops.example.com"}, Step: "where"})
	mustAnswer(t, s, "server")
	b := NewBoard(d.Book, d.Words, s.Site(), rules.FromServer)
	jobs := b.Jobs(true, "server-out-ota")
	at := testNow.Add(-2 * time.Hour)
	for i, j := range jobs {
		r := check.Result{Job: j, Status: check.Pass, Code: "ok", At: at}
		if i == 0 {
			r.Status, r.Code = check.Fail, check.TCPSilent
		}
		b.Apply(r)
	}
	spot := Spot{Table: "server-out-ota", Flow: jobs[2].Key}
	if err := s.Keep(b.ToKeep(testNow), spot)(); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if info, err := os.Stat(keptPath(s.File())); err != nil || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%v, %v", info, err)
	}

	s = NewSession(d, Site{})
	t.Cleanup(s.Close)
	mustAnswer(t, s, "continue")
	k, ok := s.Kept()
	if !ok || k.Place != spot {
		t.Fatalf("kept %v, %+v", ok, k.Place)
	}
	b = NewBoard(d.Book, d.Words, s.Site(), rules.FromServer)
	b.Recall(k.Report)
	view := func(n int) FlowView { v, _ := b.Flow(jobs[n].Key); return v }
	if v := view(0); v.Status != check.Fail || !v.Before.Equal(at) || v.Sure() != check.Unproven || v.Finding.Seen == "" {
		t.Errorf("failed before: %+v", v)
	}
	if sum := b.Summary(); sum.Before != len(jobs) || sum.Pass+sum.Fail != 0 || b.Exit() != 4 {
		t.Errorf("earlier results count as seen now: %+v, exit %d", sum, b.Exit())
	}
	for _, r := range b.Report(testNow, 0, "server-out-ota").Results {
		if r.Status != "unproven" || !strings.Contains(r.Said, at.Format("15:04")) {
			t.Errorf("report: %+v", r)
		}
	}
	b.Start(jobs, testNow)
	if v := view(1); v.Status != check.Running || v.Last != check.Pass || v.Before.IsZero() || v.Was == nil || v.Was.Status != check.Pass || !v.Was.Old() {
		t.Errorf("asked again: %+v", v)
	}
	again := b.ToKeep(testNow)
	b.Apply(check.Result{Job: jobs[1], Status: check.Fail, Code: check.TCPSilent, At: testNow})
	if v := view(1); v.Status != check.Fail || !v.Before.IsZero() || v.Was != nil {
		t.Errorf("seen now: %+v", v)
	}
	// What is kept while all is asked again is what was known.
	c := NewBoard(d.Book, d.Words, s.Site(), rules.FromServer)
	c.Recall(again)
	if v, _ := c.Flow(jobs[0].Key); v.Status != check.Fail || !v.Before.Equal(at) {
		t.Errorf("kept while running: %+v", v)
	}
	// Another place sees another way.
	b.Lay(s.Site(), rules.FromHub)
	if v := view(0); !v.Before.IsZero() {
		t.Errorf("seen from the server, shown at the hub: %+v", v)
	}
}

// TestBrokenResults: what cannot be read is as if there were none.
func TestBrokenResults(t *testing.T) {
	d := testDeps(t)
	d.Store = &Store{File: filepath.Join(t.TempDir(), "acme.yaml")}
	for _, text := range []string{"", "{", `{"schema":9}`, `{"schema":1,"from":"server","results":[],"place":7}`, strings.Repeat(" ", maxKept+2)} {
		if err := os.WriteFile(keptPath(d.Store.File), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s := NewSession(d, Site{Case: rules.CaseLAN, Step: "sources"})
		if k, ok := s.Kept(); ok {
			t.Errorf("%.20q: %+v", text, k)
		}
		s.Close()
	}
	s := NewSession(d, Site{Case: rules.CaseLAN, Step: "sources"})
	t.Cleanup(s.Close)
	if s.Lost(errors.New("another")) {
		t.Error("any error is taken for a site that was taken")
	}
}
