package proof

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/check"
)

// mute fails unless the peer ends the connection without a byte.
func mute(t *testing.T, c net.Conn) {
	t.Helper()
	_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
	b, err := io.ReadAll(io.LimitReader(c, 1))
	var timeout net.Error
	if len(b) > 0 || errors.As(err, &timeout) && timeout.Timeout() {
		t.Errorf("got %q, %v; want the end without a word", b, err)
	}
}

func (d *desk) helloFrame(t *testing.T, c Code, change func(*hello)) []byte {
	t.Helper()
	k, err := c.keys()
	if err != nil {
		t.Fatal(err)
	}
	h := hello{id: k.id, nonce: nonce{1, 2, 3}, proto: TCP, port: tcpPort.Number, dialed: loopback, local: loopback}
	if change != nil {
		change(&h)
	}
	return h.marshal(k.hello)
}

// TestScan: to everybody without the code the port is mute, whatever they say,
// and it ends as it ends for those who say nothing.
func TestScan(t *testing.T) {
	other := code(t)
	for name, say := range map[string]func(*desk) []byte{
		"nothing":          func(*desk) []byte { return nil },
		"TLS hello":        func(*desk) []byte { return []byte("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03") },
		"web request":      func(*desk) []byte { return []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n") },
		"web, wrong token": func(*desk) []byte { return []byte("GET /0123456789AB HTTP/1.1\r\nHost: x\r\n\r\n") },
		"endless web header": func(*desk) []byte {
			return append([]byte("GET / HTTP/1.1\r\n"), bytes.Repeat([]byte("a: b\r\n"), 9999)...)
		},
		"SSH":          func(*desk) []byte { return []byte("SSH-2.0-x\r\n") },
		"short frame":  func(d *desk) []byte { return d.helloFrame(t, d.code, nil)[:helloSize-1] },
		"another code": func(d *desk) []byte { return d.helloFrame(t, other, nil) },
		"right name, guess": func(d *desk) []byte {
			b := d.helloFrame(t, d.code, nil)
			b[helloSize-1] ^= 1
			return b
		},
		"another port": func(d *desk) []byte { return d.helloFrame(t, d.code, func(h *hello) { h.port = 80 }) },
		"as UDP":       func(d *desk) []byte { return d.helloFrame(t, d.code, func(h *hello) { h.proto = UDP }) },
		"another version": func(d *desk) []byte {
			b := d.helloFrame(t, d.code, nil)
			b[0] = 1
			return b
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := listener(t, short())
			c := d.dial(t)
			_, _ = c.Write(say(d)) // the other end may close while an endless one is sent
			mute(t, c)
			d.nothing(t)
		})
	}
}

// TestReplay: a HELLO that was heard on the way says nothing a second time, and
// a DONE is of its own exchange alone.
func TestReplay(t *testing.T) {
	d := listener(t, short())
	asked := d.helloFrame(t, d.code, nil)
	first := d.dial(t)
	if _, err := first.Write(asked); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, proofSize)
	if _, err := io.ReadFull(first, said); err != nil {
		t.Fatal(err)
	}
	second := d.dial(t)
	if _, err := second.Write(asked); err != nil {
		t.Fatal(err)
	}
	mute(t, second)
	k, err := d.code.keys()
	if err != nil {
		t.Fatal(err)
	}
	a, ok := parseAnswer(k, asked, said)
	if !ok {
		t.Fatal("the proof does not open")
	}
	otherAsked := d.helloFrame(t, d.code, func(h *hello) { h.nonce[0]++ })
	if _, ok := parseAnswer(k, otherAsked, said); ok {
		t.Error("a proof fits another HELLO")
	}
	third := d.dial(t)
	if _, err := third.Write(otherAsked); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(third, make([]byte, proofSize)); err != nil {
		t.Fatal(err)
	}
	_, _ = third.Write(doneFrame(k.done, asked, said, a.nonceL))
	mute(t, third)
	d.nothing(t)
}

// TestGuessing: who knows the session's name and tries seals ends the session.
func TestGuessing(t *testing.T) {
	lim := short()
	lim.Burst = 1000
	d := listener(t, lim)
	for i := range lim.Wrong {
		b := d.helloFrame(t, d.code, func(h *hello) { h.nonce[0] = byte(i) })
		b[helloSize-1-i] ^= 0x80
		c, err := d.to(t.Context(), "tcp4", d.tcp)
		if err != nil {
			break
		}
		_, _ = c.Write(b)
		t.Cleanup(func() { _ = c.Close() })
	}
	select {
	case err := <-d.err:
		d.err <- err
		if !errors.Is(err, ErrGuessed) {
			t.Errorf("got %v, want %v", err, ErrGuessed)
		}
	case <-time.After(10 * time.Second):
		t.Error("the session goes on")
	}
}

// TestOver: a session ends by itself.
func TestOver(t *testing.T) {
	lim := short()
	lim.Life = 50 * time.Millisecond
	d := listener(t, lim)
	select {
	case err := <-d.err:
		d.err <- err
		if !errors.Is(err, ErrOver) {
			t.Errorf("got %v, want %v", err, ErrOver)
		}
	case <-time.After(10 * time.Second):
		t.Error("the session goes on")
	}
}

// TestFlood: many connections of one source neither pile up nor keep others out
// for longer than the time for a HELLO.
func TestFlood(t *testing.T) {
	lim := short()
	lim.Conns, lim.Burst, lim.PerSource = 8, 20, time.Millisecond
	d := listener(t, lim)
	for range 200 {
		d.dial(t) // and says nothing
	}
	end := time.Now().Add(10 * time.Second)
	for {
		o := d.prober(d.code).Probe(t.Context(), tcpPort, loopback)
		if o.Verdict == Inside {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("still shut out: %+v", o)
		}
	}
}

// TestSlowSender: one byte at a time is cut off when the time for a HELLO is over.
func TestSlowSender(t *testing.T) {
	d := listener(t, short())
	c := d.dial(t)
	asked := d.helloFrame(t, d.code, nil)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	start := time.Now()
	for i := range asked {
		<-tick.C
		if _, err := c.Write(asked[i : i+1]); err != nil {
			break
		}
	}
	mute(t, c)
	if since := time.Since(start); since > 20*time.Duration(helloSize)*time.Millisecond {
		t.Errorf("cut off after %v only", since)
	}
	d.nothing(t)
}

func TestAdmit(t *testing.T) {
	lim := DefaultLimits()
	lim.Sources = 2
	now := time.Unix(1, 0)
	s := &session{lim: lim, now: func() time.Time { return now }, sources: map[netip.Addr]*bucket{}}
	a, b, c := netip.MustParseAddr("198.51.100.1"), netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("198.51.100.3")
	for i := range lim.Burst {
		if !s.admit(a) {
			t.Fatalf("connection %d was refused", i+1)
		}
	}
	if s.admit(a) {
		t.Error("one more than the burst")
	}
	if !s.admit(b) || !s.admit(netip.MustParseAddr("2001:db8::2")) || s.sources[netip.MustParseAddr("2001:db8::")].left != lim.Burst-2 {
		t.Error("a /64 is not counted as one source")
	}
	if s.admit(c) {
		t.Error("more sources than are remembered")
	}
	now = now.Add(lim.PerSource)
	if !s.admit(a) || s.admit(a) {
		t.Error("want one more after the pause, and no second")
	}
	now = now.Add(time.Hour)
	if !s.admit(c) {
		t.Error("old sources are not forgotten")
	}
}

// TestNoAmplification: datagrams without the code get nothing, those with it get
// no more than they brought, and a question that comes twice gets the same answer.
func TestNoAmplification(t *testing.T) {
	d := listener(t, short())
	c, err := d.to(t.Context(), "udp4", d.udp)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	good := d.helloFrame(t, d.code, func(h *hello) { h.proto, h.port = UDP, udpPort.Number })
	for _, b := range [][]byte{{1}, make([]byte, helloSize), make([]byte, 1400), d.helloFrame(t, code(t), nil), good[:100]} {
		_, _ = c.Write(b)
	}
	buf := make([]byte, 2048)
	var answers [2][]byte
	for i := range answers {
		if _, err := c.Write(good); err != nil {
			t.Fatal(err)
		}
		_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
		n, err := c.Read(buf)
		if err != nil || n > len(good) {
			t.Fatalf("answer of %d bytes to %d, %v", n, len(good), err)
		}
		answers[i] = bytes.Clone(buf[:n])
	}
	k, err := d.code.keys()
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := parseAnswer(k, good, answers[0]); !ok || !bytes.Equal(answers[0], answers[1]) {
		t.Error("the first answer was to something else, or the second differs")
	}
	d.nothing(t)
}

// TestForgedSender: what was heard of an exchange over UDP is of no use from
// another address: HELLO gets no second answer, and DONE ends nothing.
func TestForgedSender(t *testing.T) {
	d := listener(t, short())
	k, err := d.code.keys()
	if err != nil {
		t.Fatal(err)
	}
	socket := func() net.Conn {
		c, err := d.to(t.Context(), "udp4", d.udp)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
		return c
	}
	hear := func(c net.Conn, asked []byte) (said []byte, a answer, ok bool) {
		b := make([]byte, 2048)
		n, err := c.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		a, ok = parseAnswer(k, asked, b[:n])
		return b[:n], a, ok
	}
	frame := func(n byte) []byte {
		return d.helloFrame(t, d.code, func(h *hello) { h.proto, h.port, h.nonce[0] = UDP, udpPort.Number, n })
	}
	own, other := socket(), socket()
	asked, next := frame(1), frame(2)
	_, _ = own.Write(asked)
	said, a, ok := hear(own, asked)
	if !ok {
		t.Fatal("the proof does not open")
	}
	done := doneFrame(k.done, asked, said, a.nonceL)
	for _, b := range [][]byte{asked, done, next} { // the last one alone is answered
		_, _ = other.Write(b)
	}
	if _, _, ok := hear(other, next); !ok {
		t.Error("a HELLO that was heard is answered at another address")
	}
	d.nothing(t)
	_, _ = own.Write(done)
	if got := d.arrival(t); got.Port != udpPort {
		t.Errorf("arrived %+v", got)
	}
	_, _ = own.Write(done)
	_, _ = own.Write(frame(3)) // answered after all that came before
	hear(own, frame(3))
	d.nothing(t)
}

// TestPhone: a browser with the token is an arrival. One from inside is told so
// and does not use the token up; from outside it counts once for each port.
func TestPhone(t *testing.T) {
	d := listener(t, short())
	k, err := d.code.keys()
	if err != nil {
		t.Fatal(err)
	}
	ask := "GET /" + k.token(tcpPort) + " HTTP/1.1\r\nHost: x\r\nUser-Agent: phone\r\n\r\n"
	for range 2 {
		c := d.dial(t)
		if _, err := io.WriteString(c, ask); err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(c)
		if err != nil || !bytes.Contains(page, []byte("200 OK")) || !bytes.Contains(page, []byte("<h1>From &lt;inside&gt;</h1>")) || len(page) > 1024 {
			t.Errorf("%v, %q", err, page)
		}
		if a := d.arrival(t); a.Way != ByPhone || a.Port != tcpPort || a.Seen != check.SeenInside {
			t.Errorf("arrived %+v", a)
		}
	}
	s := &session{keys: k, phones: map[Port]bool{}}
	for i, want := range []struct {
		at   Port
		seen check.Seen
		ok   bool
	}{
		{tcpPort, check.SeenInside, true},
		{tcpPort, check.SeenOutside, true},
		{tcpPort, check.SeenOutside, false},
		{tcpPort, check.SeenInside, false},
		{Port{TCP, 80}, check.SeenOutside, false},
	} {
		if got := s.phone(k.token(tcpPort), want.at, want.seen); got != want.ok {
			t.Errorf("%d: got %t, want %t", i, got, want.ok)
		}
	}
}

func FuzzHello(f *testing.F) {
	c := code(f)
	k, err := c.keys()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(hello{id: k.id, proto: TCP, port: 1}.marshal(k.hello))
	f.Add([]byte{})
	f.Add(make([]byte, helloSize))
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, _, ok := parseHello(k, b); ok && !bytes.Equal(h.marshal(k.hello), b) {
			t.Fatalf("%x is taken for another frame", b)
		}
		if posts := readPosts(b[min(len(b), postsAt):]); len(posts) > 0 {
			again := readPosts(appendPosts(nil, posts))
			if !slices.Equal(again, posts[:min(len(posts), maxPosts)]) {
				t.Fatalf("%x: ports %v read back as %v", b, posts, again)
			}
		}
		if _, ok := parseAnswer(k, nil, b); ok {
			t.Fatalf("%x passes for a proof", b)
		}
		if isDone(k, nil, nil, b, nonce{}) {
			t.Fatalf("%x passes for the end", b)
		}
	})
}
