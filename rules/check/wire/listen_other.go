//go:build !windows

package wire

import (
	"errors"
	"syscall"
)

// inUse tells whether a port is taken.
func inUse(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }
