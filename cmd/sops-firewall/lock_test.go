package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestHold: one at a time, and again after release; a broken file says nothing
// that a terminal would obey, and a folder that cannot be written stops nobody.
func TestHold(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_STATE_HOME", dir)
	t.Setenv("HOME", dir)
	t.Setenv("AppData", dir)
	a := newApp(nil, nil, nil)
	w, err := a.words()
	if err != nil {
		t.Fatal(err)
	}
	release, err := a.hold(w)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.hold(w); err == nil || !strings.Contains(err.Error(), "process ") || strings.Contains(err.Error(), "?") {
		t.Errorf("a second one: %v", err)
	}
	file := filepath.Join(a.store().Dir, lockFile)
	if err := os.WriteFile(file, []byte("\x1b[2J "+strings.Repeat("x", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := a.hold(w); err == nil || !strings.Contains(err.Error(), "process ?, since ?") {
		t.Errorf("a broken file: %v", err)
	}
	release()
	if release, err = a.hold(w); err != nil {
		t.Errorf("after release: %v", err)
	} else {
		release()
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(file, 0o700); err != nil {
		t.Fatal(err)
	}
	if release, err = a.hold(w); err != nil {
		t.Errorf("no lock can be had: %v", err)
	} else {
		release()
	}
}
