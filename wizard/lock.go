package wizard

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// Owner is who has a site open.
type Owner struct {
	User  string    `json:"user,omitempty"`
	Host  string    `json:"host,omitempty"`
	From  string    `json:"from,omitempty"` // the address they are connected from; empty at the computer itself
	PID   int       `json:"pid,omitempty"`
	Since time.Time `json:"since"`
	Token string    `json:"token"` // of one run of the program
}

// maxOwner bounds the file of a lock, in bytes.
const maxOwner = 4 << 10

// lock says that a site is open here. The system drops it with the process,
// however that ends: a lock is never left over. The file holds who has it; one
// who takes the site over writes a name of their own into it, and the first
// finds that before it writes again. Where files cannot be locked, such as on
// some network drives, everybody gets one.
type lock struct {
	path string
	me   Owner

	mu   sync.Mutex
	file *os.File      // nil after release
	end  chan struct{} // ends the wait of one who took it; nil when it is locked
}

// takeover is how often one who took a site asks whether the first has left: a
// third one who comes in between would find it free.
const takeover = 200 * time.Millisecond

// lockPath is the lock beside a site's file. It has all of that name in its own:
// beside a file of --site, others may have a .lock.
func lockPath(file string) string { return file + ".lock" }

// HeldError is a site that somebody else has open.
type HeldError struct{ By Owner }

func (e *HeldError) Error() string { return "held by process " + strconv.Itoa(e.By.PID) }

// errBusy is a lock whose file is made and removed all the time.
var errBusy = errors.New("lock changes")

// acquire locks a site's file; the error is a *HeldError or the system's. take
// takes it from whoever has it.
func acquire(file string, me Owner, take bool) (*lock, error) {
	return acquireAt(lockPath(file), me, take)
}

func acquireAt(path string, me Owner, take bool) (*lock, error) {
	me.Token = rand.Text()
	if err := makeDir(filepath.Dir(path)); err != nil {
		return nil, err
	}
	for range 10 { // a file that is removed meanwhile is made anew
		f, err := os.OpenFile(filepath.Clean(path), os.O_RDWR|os.O_CREATE|noLink, 0o600)
		if err != nil {
			return nil, err
		}
		free, can := TryLock(f)
		if !can {
			_ = f.Close()
			return &lock{path: path, me: me}, nil
		}
		if !free && !take {
			by, _ := readOwner(f)
			_ = f.Close()
			return nil, &HeldError{by}
		}
		if !sameFile(f, path) {
			_ = f.Close()
			continue
		}
		l := &lock{path: path, me: me, file: f}
		if err := l.sign(); err != nil {
			_ = f.Close()
			return nil, err
		}
		if !free {
			l.end = make(chan struct{})
			go l.follow(l.end)
		}
		return l, nil
	}
	return nil, errBusy
}

// follow locks the file of a site that was taken, as soon as the first has left.
func (l *lock) follow(end <-chan struct{}) {
	tick := time.NewTicker(takeover)
	defer tick.Stop()
	for {
		select {
		case <-end:
			return
		case <-tick.C:
		}
		if l.followed() {
			return
		}
	}
}

// followed tells whether there is nothing to wait for any more.
func (l *lock) followed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return true
	}
	if by, err := readOwner(l.file); err == nil && by.Token != l.me.Token {
		return true // somebody took it from us
	}
	free, can := TryLock(l.file)
	return free || !can
}

// peek tells who has a site open; nil for nobody.
func peek(file string) *Owner {
	f, err := os.Open(filepath.Clean(lockPath(file)))
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	if free, can := TryLock(f); free || !can {
		return nil
	}
	by, _ := readOwner(f) // somebody, if it does not say who
	return &by
}

func sameFile(f *os.File, path string) bool {
	a, err := f.Stat()
	if err != nil {
		return false
	}
	b, err := os.Stat(path)
	return err == nil && os.SameFile(a, b)
}

// sign writes who has the site.
func (l *lock) sign() error {
	data, err := json.Marshal(l.me)
	if err != nil {
		return err
	}
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err = l.file.WriteAt(append(data, '\n'), 0)
	return err
}

func readOwner(f io.ReaderAt) (Owner, error) {
	data, err := io.ReadAll(io.NewSectionReader(f, 0, maxOwner))
	if err != nil {
		return Owner{}, err
	}
	var o Owner
	if err := json.Unmarshal(data, &o); err != nil {
		return Owner{}, err
	}
	o.User, o.Host, o.From = clean(o.User), clean(o.Host), clean(o.From)
	return o, nil
}

// check is nil while the site is ours, and a *HeldError when somebody took it.
func (l *lock) check() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	if !sameFile(l.file, l.path) {
		return l.anew()
	}
	by, err := readOwner(l.file)
	if err != nil || by.Token == l.me.Token {
		return nil
	}
	return &HeldError{by}
}

// anew locks the site once more where the file of the lock is gone: one who took
// it and left has removed it. A folder that is gone too stays so.
func (l *lock) anew() error {
	if !isFolder(filepath.Dir(l.path)) {
		return nil
	}
	n, err := acquireAt(l.path, l.me, false)
	var held *HeldError
	switch {
	case errors.As(err, &held):
		return held
	case err == nil && n.file != nil: // else it goes on without, as where files cannot be locked
		_ = l.file.Close()
		l.file, l.me = n.file, n.me
	}
	return nil
}

func isFolder(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && info.IsDir()
}

// release lets others have the site. The file goes while it is still locked:
// whoever waits for it finds that it is not the one at the path.
func (l *lock) release() {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return
	}
	if l.end != nil {
		close(l.end)
	}
	if by, err := readOwner(l.file); err == nil && by.Token == l.me.Token && sameFile(l.file, l.path) {
		removeLocked(l.file, l.path)
	}
	_ = l.file.Close()
	l.file = nil
}
