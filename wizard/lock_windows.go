package wizard

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// far is a byte behind all that is ever in the file: Windows lets nobody read
// what is locked, and the file says who has it.
const far = 1 << 30

const noLink = 0 // links take rights there

// TryLock locks a file for this process until it is closed, unless another one has
// it. It does not wait. can is false on a file system without locks.
func TryLock(f *os.File) (free, can bool) {
	at := &windows.Overlapped{Offset: far}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return false, true
	}
	return err == nil, err == nil
}

// removeLocked leaves the file: an open one cannot be removed here, and nobody
// takes an unlocked one for a site that is open.
func removeLocked(f *os.File, _ string) { _ = f.Truncate(0) }
