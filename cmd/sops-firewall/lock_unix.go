//go:build unix

package main

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lock locks a file for this program alone, without waiting; others tells that
// another program has it. Neither is true where files cannot be locked.
func lock(f *os.File) (locked, others bool) {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	return err == nil, errors.Is(err, unix.EWOULDBLOCK)
}
