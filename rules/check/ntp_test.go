package check

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// timeServer answers each packet with what reply makes of it.
func timeServer(t testing.TB, reply func(in []byte) [][]byte) Target {
	t.Helper()
	return timeServerAt(t, "127.0.0.1:0", reply)
}

func timeServerAt(t testing.TB, addr string, reply func(in []byte) [][]byte) Target {
	t.Helper()
	c, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp4", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	go func() {
		b := make([]byte, 1500)
		for {
			n, from, err := c.ReadFrom(b)
			if err != nil {
				return
			}
			for _, out := range reply(b[:n]) {
				_, _ = c.WriteTo(out, from)
			}
		}
	}()
	return peerTarget(c.LocalAddr())
}

// timeFrom is a good answer to in, from a clock that is ahead of this machine's.
func timeFrom(in []byte, ahead time.Duration) []byte {
	return ntpPacket(binary.BigEndian.Uint64(in[40:]), time.Now().Add(ahead))
}

// changed is timeFrom with one thing wrong.
func changed(change func(b []byte)) func([]byte) [][]byte {
	return func(in []byte) [][]byte {
		b := timeFrom(in, 0)
		change(b)
		return [][]byte{b}
	}
}

func TestNTP(t *testing.T) {
	var third atomic.Int32
	for name, tt := range map[string]struct {
		slow   time.Duration
		reply  func([]byte) [][]byte
		status Status
		code   Code
		offset string
	}{
		"good":                     {0, func(in []byte) [][]byte { return [][]byte{timeFrom(in, 0)} }, Pass, "", "+0s"},
		"we are slow":              {41 * time.Second, func(in []byte) [][]byte { return [][]byte{timeFrom(in, 0)} }, Pass, "", "+41s"},
		"we are fast":              {-200 * time.Second, func(in []byte) [][]byte { return [][]byte{timeFrom(in, 0)} }, Pass, "", "-3m20s"},
		"our battery is empty":     {20000 * 24 * time.Hour, func(in []byte) [][]byte { return [][]byte{timeFrom(in, 0)} }, Pass, "", "+20000d"},
		"silent":                   {0, func([]byte) [][]byte { return nil }, Unproven, NTPSilent, ""},
		"answers the third try":    {0, func(in []byte) [][]byte { return nthTime(&third, 3, in) }, Pass, "", "+0s"},
		"forged before the answer": {0, func(in []byte) [][]byte { return [][]byte{make([]byte, 48), timeFrom(in, 0)} }, Pass, "", "+0s"},
		"wrong origin":             {0, changed(func(b []byte) { b[24]++ }), Fail, NTPBadReply, ""},
		"short":                    {0, func(in []byte) [][]byte { return [][]byte{timeFrom(in, 0)[:40], {}} }, Fail, NTPBadReply, ""},
		"says our packet back":     {0, func(in []byte) [][]byte { return [][]byte{in} }, Fail, NTPBadReply, ""},
		"unsynchronised":           {0, changed(func(b []byte) { b[0] |= 3 << 6 }), Note, NTPUnsynced, ""},
		"stratum 16":               {0, changed(func(b []byte) { b[1] = 16 }), Note, NTPUnsynced, ""},
		"kiss of death":            {0, changed(func(b []byte) { b[1] = 0; copy(b[12:], "RATE") }), Note, NTPKoD, ""},
		"no kiss but escapes":      {0, changed(func(b []byte) { b[1] = 0; copy(b[12:], "\x1b[2J") }), Note, NTPUnsynced, ""},
		"garbage":                  {0, func([]byte) [][]byte { return [][]byte{[]byte(everyByte()), []byte("\x1b[2J")} }, Fail, NTPBadReply, ""},
		"floods": {0, func([]byte) [][]byte {
			return slicesOf(200, []byte("x"))
		}, Fail, NTPBadReply, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			r := runKind(t, "ntp", peerEnv{slow: tt.slow}, timeServer(t, tt.reply))
			offset := strings.NewReplacer("-0s", "+0s", "+100ms", "+0s", "-100ms", "+0s").Replace(r.Facts["offset"])
			if r.Status != tt.status || r.Code != tt.code || offset != tt.offset || r.Facts["server"] != "127.0.0.1" {
				t.Errorf("got %v %q %q, want %v %q %q", r.Status, r.Code, r.Facts, tt.status, tt.code, tt.offset)
			}
			if took := time.Since(start); took > 3*time.Second {
				t.Errorf("took %v", took)
			}
			wholesome(t, r)
		})
	}
}

// nthTime is silent until the nth packet.
func nthTime(count *atomic.Int32, n int32, in []byte) [][]byte {
	if count.Add(1) < n {
		return nil
	}
	return [][]byte{timeFrom(in, 0)}
}

func slicesOf(n int, b []byte) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = b
	}
	return out
}

func TestNTPRefused(t *testing.T) {
	c, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	to := peerTarget(c.LocalAddr())
	_ = c.Close()
	r := runKind(t, "ntp", peerEnv{}, to)
	if r.Status != Fail || r.Code != NTPRefused {
		t.Errorf("got %v %q %v, want fail %q", r.Status, r.Code, r.Facts, NTPRefused)
	}
}

// badEnv is a machine on which Dial goes wrong.
type badEnv struct {
	peerEnv
	dial func() (net.Conn, error)
}

func (e badEnv) Dial(context.Context, string, netip.AddrPort) (net.Conn, error) { return e.dial() }

func TestNTPDialErrors(t *testing.T) {
	device := netip.MustParseAddr("192.168.1.1")
	for name, tt := range map[string]struct {
		dial   func() (net.Conn, error)
		status Status
		code   Code
		device string
	}{
		"a router says no": {func() (net.Conn, error) {
			return nil, &PathError{Device: device, Type: 3, Code: 13, Err: syscall.EHOSTUNREACH}
		}, Fail, NTPBlocked, "192.168.1.1"},
		"no way":            {func() (net.Conn, error) { return nil, syscall.ENETUNREACH }, Fail, TCPNoRoute, ""},
		"out of sockets":    {func() (net.Conn, error) { return nil, syscall.EMFILE }, Fail, TCPError, ""},
		"a mistake of ours": {func() (net.Conn, error) { panic("oops\x1b[2J") }, Unproven, CheckPanic, ""},
	} {
		t.Run(name, func(t *testing.T) {
			to := Target{Host: peerName, Port: 123, Proto: "udp", Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.1")}}
			_, r := queryTime(t.Context(), badEnv{dial: tt.dial}, shortLimits(), to)
			if r.Status != tt.status || r.Code != tt.code || r.Facts["device"] != tt.device {
				t.Errorf("got %v %q %q, want %v %q", r.Status, r.Code, r.Facts, tt.status, tt.code)
			}
			wholesome(t, r)
		})
	}
}

// TestNTPPool has several addresses of one name tell different things.
func TestNTPPool(t *testing.T) {
	ahead := func(d time.Duration) func([]byte) [][]byte {
		return func(in []byte) [][]byte { return [][]byte{timeFrom(in, d)} }
	}
	silent := func([]byte) [][]byte { return nil }
	kiss := changed(func(b []byte) { b[1] = 0; copy(b[12:], "DENY") })
	for name, tt := range map[string]struct {
		pool   []func([]byte) [][]byte
		status Status
		code   Code
		offset time.Duration
	}{
		"all agree":               {[]func([]byte) [][]byte{ahead(time.Minute), ahead(time.Minute), ahead(time.Minute)}, Pass, "", time.Minute},
		"one is wrong":            {[]func([]byte) [][]byte{ahead(time.Hour), ahead(time.Minute), ahead(time.Minute)}, Pass, "", time.Minute},
		"one answers":             {[]func([]byte) [][]byte{silent, silent, ahead(time.Minute)}, Pass, "", time.Minute},
		"one answers, one kisses": {[]func([]byte) [][]byte{kiss, ahead(time.Minute)}, Pass, "", time.Minute},
		"all silent, one kisses":  {[]func([]byte) [][]byte{silent, kiss}, Note, NTPKoD, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var all []net.Addr
			port := uint16(0)
			for i, reply := range tt.pool {
				to := timeServerAt(t, netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, byte(1 + i)}), port).String(), reply)
				port = to.Port
				all = append(all, net.UDPAddrFromAddrPort(netip.AddrPortFrom(to.Addrs[0], to.Port)))
			}
			start := time.Now()
			offset, r := queryTime(t.Context(), peerEnv{}, shortLimits(), peerTargets(all...))
			if r.Status != tt.status || r.Code != tt.code || (offset-tt.offset).Abs() > 500*time.Millisecond {
				t.Errorf("got %v %v %q %v, want %v %q", offset, r.Status, r.Code, r.Facts, tt.offset, tt.code)
			}
			if took := time.Since(start); tt.status == Pass && took > 500*time.Millisecond {
				t.Errorf("took %v: one silent address kept the others waiting", took)
			}
		})
	}
}

func TestNTPPoolDisagrees(t *testing.T) {
	a := timeServerAt(t, "127.0.0.1:0", func(in []byte) [][]byte { return [][]byte{timeFrom(in, time.Minute)} })
	bAddr := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.2"), a.Port)
	timeServerAt(t, bAddr.String(), func(in []byte) [][]byte { return [][]byte{timeFrom(in, time.Hour)} })
	_, r := queryTime(t.Context(), peerEnv{}, shortLimits(), peerTargets(
		net.UDPAddrFromAddrPort(netip.AddrPortFrom(a.Addrs[0], a.Port)), net.UDPAddrFromAddrPort(bAddr)))
	if r.Status != Note || r.Code != NTPDisagree {
		t.Errorf("got %v %q %v, want note %q", r.Status, r.Code, r.Facts, NTPDisagree)
	}
}

func TestTimeAddrs(t *testing.T) {
	v4 := func(n int) (out []netip.Addr) {
		for i := range n {
			out = append(out, netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}))
		}
		return out
	}
	six := netip.MustParseAddr("2001:db8::1")
	local := netip.MustParseAddr("fd00::1")
	for name, tt := range map[string]struct {
		in   []netip.Addr
		want int
		six  bool
	}{
		"a pool":                 {v4(9), 4, false},
		"no way out for IPv6":    {append(v4(1), six), 1, false},
		"IPv6 of this network":   {append(v4(9), local, local, local), 4, true},
		"only IPv6, no way out":  {[]netip.Addr{six}, 1, true},
		"one of each kind":       {append(v4(1), local), 2, true},
		"many IPv6, little IPv4": {append(v4(1), local, local, local, local), 4, true},
	} {
		t.Run(name, func(t *testing.T) {
			got := timeAddrs(peerEnv{}, tt.in)
			if len(got) != tt.want || got[len(got)-1].Is6() != tt.six {
				t.Errorf("got %v, want %d addresses", got, tt.want)
			}
		})
	}
}

func TestOffsetText(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"+0s": 4 * time.Millisecond, "+100ms": 90 * time.Millisecond, "-1.5s": -1520 * time.Millisecond, "+41s": 41300 * time.Millisecond,
		"-2m0s": -120 * time.Second, "+25h0m0s": 25 * time.Hour, "-3d": -72 * time.Hour, "+20000d": 20000 * 24 * time.Hour,
	} {
		if got := offsetText(d); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
}
