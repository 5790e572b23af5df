package wire

import (
	"errors"

	"golang.org/x/sys/windows"
)

// inUse tells whether a port is taken: Windows has numbers of its own, and says
// "access denied" where a program took the port for itself alone.
func inUse(err error) bool {
	return errors.Is(err, windows.WSAEADDRINUSE) || errors.Is(err, windows.WSAEACCES)
}
