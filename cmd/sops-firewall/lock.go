package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/syncsign/sops-firewall/wizard"
)

// lockFile is the file in the state folder that says who listens. It stays when
// nobody does: the lock is the system's own, and ends with its program however
// that ends.
const lockFile = "listen.lock"

// hold makes this program the only one of this user that listens for a test from
// outside, until release: two would take the ports from each other. Where no lock
// can be had, as on some network drives, all goes on without one.
func (a *app) hold(w *wizard.Words) (release func(), err error) {
	f := a.openLock()
	if f == nil {
		return func() {}, nil
	}
	locked, others := lock(f)
	if others {
		process, since := holder(f)
		_ = f.Close()
		return nil, errors.New(w.Say("problems.listens-already", "process", process, "since", since))
	}
	if locked {
		_ = f.Truncate(0)
		_, _ = f.WriteAt(fmt.Appendf(nil, "%d %s\n", os.Getpid(), a.now().Format("15:04")), 0)
	}
	return func() {
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

// holder reads who wrote the lock's file: a process and since when.
func holder(f *os.File) (process, since string) {
	b, err := io.ReadAll(io.NewSectionReader(f, 0, 64))
	if err != nil {
		return "?", "?"
	}
	p, t, _ := strings.Cut(strings.TrimSpace(string(b)), " ")
	if _, err := strconv.Atoi(p); err != nil || len(t) > len("15:04") {
		return "?", "?"
	}
	return p, t
}
