package main

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// slowLine joins two namespaces by a pair of TAP devices whose frames travel
// for delay. The kernel's own netem is often missing, this needs only tun.
func slowLine(t *testing.T, nsA, devA, nsB, devB string, delay time.Duration) {
	t.Helper()
	a, b := tap(t, nsA, devA), tap(t, nsB, devB)
	go carry(a, b, delay)
	go carry(b, a, delay)
	t.Cleanup(func() { _, _ = a.Close(), b.Close() })
}

type frame struct {
	due  time.Time
	data []byte
}

// carry moves frames in order until one end is closed.
func carry(from, to *os.File, delay time.Duration) {
	line := make(chan frame, 4096)
	go func() {
		for f := range line {
			<-time.After(time.Until(f.due))
			_, _ = to.Write(f.data) // a full or closed device drops the frame, as a wire does
		}
	}()
	defer close(line)
	for {
		buf := make([]byte, 2048)
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		line <- frame{time.Now().Add(delay), buf[:n]}
	}
}

// tap makes a TAP device inside a namespace. It goes away when the file is closed.
func tap(t *testing.T, ns, dev string) *os.File {
	t.Helper()
	var file *os.File
	var fail error
	done := make(chan struct{})
	go func() {
		defer close(done)
		// The thread is thrown away with its namespace: it is never unlocked.
		runtime.LockOSThread()
		file, fail = openTap(ns, dev)
	}()
	<-done
	if fail != nil {
		t.Fatalf("tap %s in %s: %v", dev, ns, fail)
	}
	return file
}

func openTap(ns, dev string) (*os.File, error) {
	nsFile, err := os.Open(filepath.Join("/run/netns", ns))
	if err != nil {
		return nil, err
	}
	defer func() { _ = nsFile.Close() }()
	if err := unix.Setns(int(nsFile.Fd()), unix.CLONE_NEWNET); err != nil {
		return nil, err
	}
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	req, err := unix.NewIfreq(dev)
	if err != nil {
		return nil, err
	}
	req.SetUint16(unix.IFF_TAP | unix.IFF_NO_PI)
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), unix.TUNSETIFF, uintptr(unsafe.Pointer(req))); errno != 0 {
		return nil, errno
	}
	return os.NewFile(uintptr(fd), "tap"), nil
}
