package netlab

import (
	"encoding/binary"
	"math/rand/v2"
	"os"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Trouble is what a line does to packets, each way; the zero value is none.
type Trouble struct {
	Loss float64 // the share of packets that vanish, 0 to 1
	Size int     // bytes of the longest packet that gets through; longer ones vanish without a word; 0 = no limit
}

// Line is a line between two namespaces.
type Line struct {
	delay   time.Duration
	trouble atomic.Pointer[Trouble]
}

// Line joins two namespaces by a pair of TAP devices, whose frames travel for
// delay. The kernel's own netem is often missing; this needs only tun.
func (n *Net) Line(nsA, devA, nsB, devB string, delay time.Duration) *Line {
	n.T.Helper()
	l := &Line{delay: delay}
	l.Set(Trouble{})
	a, b := n.tap(nsA, devA), n.tap(nsB, devB)
	go l.carry(a, b)
	go l.carry(b, a)
	return l
}

// Set makes trouble for all packets from now on, or ends it.
func (l *Line) Set(t Trouble) { l.trouble.Store(&t) }

type frame struct {
	due  time.Time
	data []byte
}

// queued is how many frames are on the way at most; a longer queue drops, as a router's does.
const queued = 4096

// carry moves frames in order until one end is closed.
func (l *Line) carry(from, to *os.File) {
	line := make(chan frame, queued)
	go func() {
		timer := time.NewTimer(0)
		defer timer.Stop()
		for f := range line {
			timer.Reset(time.Until(f.due))
			<-timer.C
			_, _ = to.Write(f.data) // a full or closed device drops the frame, as a wire does
		}
	}()
	defer close(line)
	for {
		buf := make([]byte, 2048)
		size, err := from.Read(buf)
		if err != nil {
			return
		}
		if l.trouble.Load().takes(buf[:size]) {
			continue
		}
		select {
		case line <- frame{time.Now().Add(l.delay), buf[:size]}:
		default:
		}
	}
}

const (
	etherHeader = 14
	icmp6       = 58
	routerAsks  = 133 // the first of ICMPv6's neighbour messages
)

// takes tells whether the frame is lost. What finds neighbours gets through:
// lines between cities have none of it.
func (t *Trouble) takes(b []byte) bool {
	if len(b) < etherHeader+20 {
		return false
	}
	switch binary.BigEndian.Uint16(b[12:]) {
	case unix.ETH_P_IP:
	case unix.ETH_P_IPV6:
		if len(b) > etherHeader+40 && b[etherHeader+6] == icmp6 && b[etherHeader+40] >= routerAsks {
			return false
		}
	default:
		return false
	}
	return t.Size > 0 && len(b)-etherHeader > t.Size || t.Loss > 0 && rand.Float64() < t.Loss
}

// tap makes a TAP device inside a namespace. It goes away with the test.
func (n *Net) tap(ns, dev string) *os.File {
	n.T.Helper()
	var file *os.File
	var err error
	n.Inside(ns, func() { file, err = openTap(dev) })
	if err != nil {
		n.T.Fatalf("tap %s in %s: %v", dev, ns, err)
	}
	n.T.Cleanup(func() { _ = file.Close() })
	return file
}

func openTap(dev string) (*os.File, error) {
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
		_ = unix.Close(fd)
		return nil, errno
	}
	return os.NewFile(uintptr(fd), "tap"), nil
}
