package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/syncsign/sops-firewall/wizard"
)

// lockFile is the file in the state folder that says who listens. It stays when
// nobody does: the lock is the system's own, and ends with its program however
// that ends.
const lockFile = "listen.lock"

// hold makes this program the only one that listens for a test from outside, of
// this user and, on Linux, of all, until release: two would take the ports from
// each other. Where no lock can be had, as on some network drives, all goes on
// without one.
func (a *app) hold(w *wizard.Words) (release func(), err error) {
	taken := func(by string) error {
		process, since := holder(by)
		return errors.New(w.Say("problems.listens-already", "process", process, "since", since))
	}
	now := a.now().Format(clock)
	f := a.openLock()
	if f == nil {
		unmark, others := mark(os.Getpid(), now)
		if unmark == nil {
			return nil, taken(others)
		}
		return unmark, nil
	}
	locked, can := wizard.TryLock(f)
	if can && !locked {
		b, _ := io.ReadAll(io.NewSectionReader(f, 0, 64)) // who it is may stay open
		_ = f.Close()
		return nil, taken(string(b))
	}
	unmark, by := mark(os.Getpid(), now)
	if unmark == nil {
		_ = f.Close()
		return nil, taken(by)
	}
	if locked {
		_ = f.Truncate(0)
		_, _ = f.WriteAt(fmt.Appendf(nil, "%d %s\n", os.Getpid(), now), 0)
	}
	return func() {
		unmark()
		if locked {
			_ = f.Truncate(0)
		}
		_ = f.Close() // which ends the lock
	}, nil
}

// openLock opens the lock's file; nil where there can be none.
func (a *app) openLock() *os.File {
	s := a.store()
	if s == nil || os.MkdirAll(s.Dir, 0o700) != nil {
		return nil
	}
	f, err := os.OpenFile(filepath.Join(s.Dir, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil
	}
	return f
}

const clock = "15:04"

// holder reads who holds the lock: a process and since when.
func holder(said string) (process, since string) {
	p, t, _ := strings.Cut(strings.TrimSpace(said), " ")
	if _, err := strconv.ParseUint(p, 10, 32); err != nil {
		return "?", "?"
	}
	if _, err := time.Parse(clock, t); err != nil {
		return p, "?"
	}
	return p, t
}
