package wire

import (
	"context"
	"net"
	"slices"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// TestStanding asks the kernel for what no file tells. The files themselves are
// read in the lab: the tests of this package move their first thread elsewhere.
func TestStanding(t *testing.T) {
	port := func(network, at string, only6 int) uint16 {
		lc := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
			if only6 < 0 {
				return nil
			}
			return c.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, only6) })
		}}
		ln, err := lc.Listen(context.Background(), network, at)
		if err != nil {
			t.Skipf("%s %s: %v", network, at, err)
		}
		t.Cleanup(func() { _ = ln.Close() })
		return uint16(ln.Addr().(*net.TCPAddr).Port) //nolint:gosec // a port fits
	}
	yes, no := port("tcp6", "[::1]:0", 1), port("tcp4", "127.0.0.1:0", -1)
	if list := Only6(); !slices.Contains(list, yes) || slices.Contains(list, no) {
		t.Errorf("got %v, want %d in it and %d not", list, yes, no)
	}
	if own := ownAddrs(); len(own) == 0 {
		t.Error("no address of this computer")
	}
}

func FuzzDiag(f *testing.F) {
	f.Add([]byte{16, 0, 0, 0, 3, 0})
	f.Fuzz(func(_ *testing.T, b []byte) { parseDiag(b) })
}
