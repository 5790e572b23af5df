package wire

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/syncsign/sops-firewall/rules/check"
)

// crowded is the address of a listener whose queue is full: further SYNs get
// no answer, as behind a firewall that drops them.
func crowded(t *testing.T) netip.AddrPort {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	if err := errors.Join(unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), unix.Listen(fd, 0)); err != nil {
		t.Fatal(err)
	}
	sa, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	to := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), uint16(sa.(*unix.SockaddrInet4).Port))
	for range 4 {
		c, err := (&net.Dialer{Timeout: 100 * time.Millisecond}).DialContext(t.Context(), "tcp4", to.String())
		if err != nil {
			return to
		}
		t.Cleanup(func() { _ = c.Close() })
	}
	t.Skip("the queue of this system's listeners does not fill up")
	return to
}

func descriptors(t *testing.T) int {
	t.Helper()
	d, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(d)
}

func TestDialSilent(t *testing.T) {
	to := crowded(t)
	e := New(Config{})
	before := descriptors(t)
	for name, stop := range map[string]func() (context.Context, context.CancelFunc){
		"deadline": func() (context.Context, context.CancelFunc) {
			return context.WithTimeout(t.Context(), 50*time.Millisecond)
		},
		"cancel": func() (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(50*time.Millisecond, cancel)
			return ctx, cancel
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := stop()
			defer cancel()
			start := time.Now()
			c, err := e.Dial(ctx, "tcp4", to)
			if c != nil || !errors.Is(err, ctx.Err()) || ctx.Err() == nil {
				t.Errorf("got %v, %v, want the context's error", c, err)
			}
			if took := time.Since(start); took > time.Second {
				t.Errorf("it took %v to stop", took)
			}
		})
	}
	if after := descriptors(t); after > before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
}

func TestArrived(t *testing.T) {
	_, to := listen(t)
	e := New(Config{})
	c, err := e.Dial(t.Context(), "tcp4", to)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := c.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if all, known := e.Arrived(c); !all || !known {
		t.Errorf("got %v, %v, want true, true", all, known)
	}
	if _, known := e.Arrived(nil); known {
		t.Error("no connection, and yet known")
	}
}

func TestParseRoute(t *testing.T) {
	const head = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
	four := map[string]struct{ in, want string }{
		"usual":           {head + "eth0\t00000000\t0132A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n", "true 192.168.50.1"},
		"least metric":    {head + "a\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\nb\t00000000\t0201A8C0\t0003\t0\t0\t100\t00000000\n", "true 192.168.1.2"},
		"no gateway":      {head + "ppp0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0\n", "true invalid IP"},
		"rejected":        {head + "*\t00000000\t00000000\t0201\t0\t0\t0\t00000000\t0\t0\t0\n", "false invalid IP"},
		"down":            {head + "eth0\t00000000\t0132A8C0\t0002\t0\t0\t0\t00000000\n", "false invalid IP"},
		"only the LAN":    {head + "eth0\t0032A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n", "false invalid IP"},
		"half of a VPN's": {head + "tun0\t00000000\t0132A8C0\t0003\t0\t0\t0\t00000080\n", "false invalid IP"},
		"nonsense":        {"\x00\xff\n\n00000000\n" + strings.Repeat("x", 1<<17), "false invalid IP"},
	}
	for name, tt := range four {
		t.Run("IPv4 "+name, func(t *testing.T) {
			r := parseRoute4(strings.NewReader(tt.in), binary.LittleEndian)
			if got := fmt.Sprint(r.exists, " ", r.gateway); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
	zero := strings.Repeat("0", 32)
	six := map[string]struct{ in, want string }{
		"usual":      {zero + " 00 " + zero + " 00 fe800000000000000000000000000001 00000400 00000001 00000000 00450003 eth0\n", "true fe80::1%eth0"},
		"none":       {zero + " 00 " + zero + " 00 " + zero + " ffffffff 00000001 00000000 00200200 lo\n", "false invalid IP"},
		"no gateway": {zero + " 00 " + zero + " 00 " + zero + " 00000400 00000001 00000000 00000001 ppp0\n", "true invalid IP"},
	}
	for name, tt := range six {
		t.Run("IPv6 "+name, func(t *testing.T) {
			r := parseRoute6(strings.NewReader(tt.in))
			if got := fmt.Sprint(r.exists, " ", r.gateway); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestParseExtended(t *testing.T) {
	v4 := func(origin, kind, code byte) []byte {
		b := binary.NativeEndian.AppendUint32(nil, uint32(syscall.EHOSTUNREACH))
		b = append(b, origin, kind, code, 0, 0, 0, 0, 0, 0, 0, 0, 0)
		b = binary.NativeEndian.AppendUint16(b, unix.AF_INET)
		return append(b, 0, 0, 192, 168, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0)
	}
	pe := parseExtended(v4(unix.SO_EE_ORIGIN_ICMP, 3, 13))
	want := check.PathError{Device: netip.MustParseAddr("192.168.1.1"), Type: 3, Code: 13, Err: syscall.EHOSTUNREACH}
	if pe == nil || *pe != want {
		t.Errorf("got %+v, want %+v", pe, want)
	}
	for name, b := range map[string][]byte{
		"of the system itself": v4(unix.SO_EE_ORIGIN_LOCAL, 0, 0), "short": v4(unix.SO_EE_ORIGIN_ICMP, 3, 13)[:20], "empty": nil,
	} {
		if pe := parseExtended(b); pe != nil {
			t.Errorf("%s: got %+v", name, pe)
		}
	}
}

func FuzzParseExtended(f *testing.F) {
	f.Add([]byte{113, 0, 0, 0, 2, 3, 13, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 192, 168, 1, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if pe := parseExtended(b); pe != nil && (!pe.Device.IsValid() || pe.Err == nil) {
			t.Errorf("%x became %+v", b, pe)
		}
	})
}

func TestParseNeighbours(t *testing.T) {
	const table = "IP address       HW type     Flags       HW address            Mask     Device\n" +
		"10.78.1.99       0x1         0x0         00:00:00:00:00:00     *        eth0\n" +
		"10.78.1.1        0x1         0x2         52:54:00:12:34:56     *        eth0\n" +
		"nonsense 0x1 0x0\n\x00\x1b[2J 1 0x0 2\n"
	got := parseNeighbours(strings.NewReader(table))
	if len(got) != 1 || !got[netip.MustParseAddr("10.78.1.99")] {
		t.Errorf("got %v", got)
	}
}
