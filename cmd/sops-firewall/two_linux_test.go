package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestTwoWindows opens one site in two terminals: the second says who has it and
// asks; the first notices that it was taken, and asks before it writes.
func TestTwoWindows(t *testing.T) {
	b := newBench(t)
	first := b.start(t)
	b.begin(first)
	for _, s := range stations[:3] {
		first.see(s.sees...)
		s.do(first)
	}
	first.see(stations[3].sees...)
	read := func() string {
		data, err := os.ReadFile(b.site(t))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}

	second := b.start(t)
	second.see("1/7", "open in another window: pi on", "connected from 192.0.2.7, since ")
	second.key(enter)
	second.see("This site is open in another window", "> 1 Look only", "2 Take it over", "3 Leave")
	second.key("3" + enter)
	if code := second.end(); code != 0 {
		t.Errorf("leaving ends with %d", code)
	}

	// Look only: everything can be seen, nothing is saved.
	second = b.start(t)
	second.see("1/7")
	second.key(enter)
	second.see("> 1 Look only")
	was := read()
	second.key(enter)
	second.see("4/7", "Where are you now?", "look only")
	second.key(enter)
	second.see("block the way out")
	if read() != was {
		t.Errorf("who only looks has saved:\n%s", read())
	}
	second.key("\x03\x03")
	second.end()
	second.see("You only looked: nothing was saved.")

	// Take over: the first asks at its next answer.
	second = b.start(t)
	second.see("1/7")
	second.key(enter)
	second.see("> 1 Look only")
	second.key("2" + enter)
	second.see(stations[3].sees...)
	second.key(enter)
	second.see("block the way out")
	second.key("2" + enter)
	second.see(stations[5].sees...)
	theirs := read()
	if !strings.Contains(theirs, "outbound: closed") {
		t.Fatalf("the second saves:\n%s", theirs)
	}
	first.key(enter)
	first.see("Another window took this site over", "1 Look only", "2 Go on with the answers of the file", "3 Go on with my answers", "4 Leave")
	if read() != theirs {
		t.Fatalf("the first wrote over the second:\n%s", read())
	}
	first.key("3" + enter)
	first.see("block the way out")
	kept, err := os.ReadFile(filepath.Join(filepath.Dir(b.site(t)), "site-earlier-1.yaml"))
	if err != nil || string(kept) != theirs {
		t.Errorf("the answers of the second are not kept: %v\n%s", err, kept)
	}
	// Now the second has lost it, is killed, and a third is not hindered by what is left.
	if err := second.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	second.end()
	if err := first.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	first.end()
	third := b.start(t)
	third.see("1/7")
	if strings.Contains(third.screen(), "another window") {
		t.Errorf("a killed window is taken for an open one:\n%s", third.screen())
	}
	third.key(enter)
	third.see("block the way out")
	third.key("\x03\x03")
	third.end()
}

// TestChangedUnderTheWizard writes into the answers by hand while it is open.
func TestChangedUnderTheWizard(t *testing.T) {
	b := newBench(t)
	m := b.start(t)
	b.begin(m)
	for _, s := range stations[:3] {
		m.see(s.sees...)
		s.do(m)
	}
	m.see(stations[3].sees...)
	data, err := os.ReadFile(b.site(t))
	if err != nil {
		t.Fatal(err)
	}
	byHand := strings.ReplaceAll(string(data), "sops.example.com", "other.example.com")
	if err := os.WriteFile(b.site(t), []byte(byHand), 0o600); err != nil {
		t.Fatal(err)
	}
	m.key(enter)
	m.see("The answers were changed meanwhile", "> 1 Go on with the answers of the file")
	if now, _ := os.ReadFile(b.site(t)); string(now) != byHand {
		t.Errorf("it was written over:\n%s", now)
	}
	m.key(enter)
	m.see(stations[3].sees...)
	m.key("s")
	m.see("other.example.com")
	m.key("\x03\x03")
	m.end()
}
