package wire

import (
	"errors"
	"net"
	"syscall"

	"golang.org/x/sys/windows"
)

// common turns the errors of Windows sockets into those that every system has.
func common(err error) error {
	for from, to := range map[error]error{
		windows.WSAECONNREFUSED:  syscall.ECONNREFUSED,
		windows.WSAECONNRESET:    syscall.ECONNRESET,
		windows.WSAEHOSTUNREACH:  syscall.EHOSTUNREACH,
		windows.WSAENETUNREACH:   syscall.ENETUNREACH,
		windows.WSAEADDRNOTAVAIL: syscall.EADDRNOTAVAIL,
		windows.WSAEACCES:        syscall.EACCES,
		windows.WSAETIMEDOUT:     syscall.ETIMEDOUT,
	} {
		if errors.Is(err, from) {
			return &net.OpError{Op: "dial", Err: to}
		}
	}
	return err
}
