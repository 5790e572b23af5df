package main

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// beyond is where the lock lies: behind all that is written, which others may
// then read.
const beyond = 1 << 20

// lock locks a file for this program alone, without waiting; others tells that
// another program has it. Neither is true where files cannot be locked.
func lock(f *os.File) (locked, others bool) {
	at := &windows.Overlapped{Offset: beyond}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, at)
	return err == nil, errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING)
}
