//go:build unix

package wizard

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// noLink opens no file by a link: somebody else may have put it into a folder that
// is not ours alone, and what it leads to would be written over.
const noLink = unix.O_NOFOLLOW

// TryLock locks a file for this process until it is closed, unless another one has
// it. It does not wait. can is false on a file system without locks.
func TryLock(f *os.File) (free, can bool) {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return false, true
	}
	return err == nil, err == nil
}

func removeLocked(_ *os.File, path string) { _ = os.Remove(path) }
