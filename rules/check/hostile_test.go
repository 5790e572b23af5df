package check

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// hostilePeers are what may stand behind an open port.
func hostilePeers() map[string]func(net.Conn) {
	return map[string]func(net.Conn){
		"silent":              func(c net.Conn) { _, _ = io.Copy(io.Discard, c) },
		"hangs up":            func(net.Conn) {},
		"hangs up later":      func(c net.Conn) { _, _ = c.Read(make([]byte, 4096)) },
		"resets":              resetting,
		"floods":              flooding("x"),
		"floods zeros":        flooding("\x00"),
		"floods lines":        flooding("\r\n"),
		"floods escapes":      flooding("\x1b]0;owned\x07\x1b[2J\x9b31m\u202e"),
		"floods headers":      flooding("HTTP/1.1 200 OK\r\nX: y\r\n"),
		"floods hints":        flooding("HTTP/1.1 100 Continue\r\n\r\n"),
		"floods TLS":          flooding("\x16\x03\x03\x40\x00"),
		"drips":               dripping("x", 'x'),
		"drips HTTP":          dripping("HTTP/1.1 200 OK\r\nX: ", 'y'),
		"drips TLS":           dripping("\x16\x03\x03\x40\x00", 0),
		"drips a CONNACK":     dripping("\x20\xff\x07", 0),
		"drips SSH":           dripping("SSH-2.0-", 'x'),
		"every byte":          replying(everyByte()),
		"TLS alert":           replying("\x15\x03\x03\x00\x02\x02\x28"),
		"TLS record too long": replying("\x16\x03\x03\xff\xff"),
		"a gigabyte CONNACK":  replying("\x20\xff\xff\xff\x7f\x00\x00"),
		"a gigabyte body":     replying("HTTP/1.1 500 \x1b[2J\r\nContent-Length: 99999999999\r\n\r\nx"),
		"a chunk too long":    replying("HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx"),
		"redirects to itself": replying("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"),
		"redirects to nonsense": replying("HTTP/1.1 302 Found\r\nLocation: http://[::1%25\x01]:99999/\r\n" +
			"Content-Length: 0\r\n\r\n"),
	}
}

// TestHostilePeers holds every kind against every peer, through Runner: each
// row ends in its time, tells nothing unclean, and is not green.
func TestHostilePeers(t *testing.T) {
	lim := shortLimits()
	lim.TLS, lim.Row, lim.Table, lim.Pace, lim.Burst, lim.Sockets = 700*time.Millisecond, 4*time.Second, 20*time.Second, time.Microsecond, 1000, 256
	before := runtime.NumGoroutine()
	var jobs []Job
	for name, p := range hostilePeers() {
		to := visitors(t, p)
		for _, kind := range []string{"tls", "http", "https", "mqtt", "mqtts", "ws", "wss", "ssh"} {
			jobs = append(jobs, Job{Key: kind + ": " + name, Kind: kind, To: to})
		}
	}
	start := time.Now()
	seen := map[string]Result{}
	for r := range (Runner{Env: peerEnv{}, Limits: lim}).Run(t.Context(), jobs) {
		wholesome(t, r)
		if r.Provisional {
			continue
		}
		if _, double := seen[r.Job.Key]; double {
			t.Errorf("%s: a second final result", r.Job.Key)
		}
		seen[r.Job.Key] = r
		if r.Took > lim.Row+time.Second {
			t.Errorf("%s: took %v", r.Job.Key, r.Took)
		}
		if r.Code == CheckPanic {
			t.Errorf("%s: %v", r.Job.Key, r.Facts)
		}
	}
	if len(seen) != len(jobs) {
		t.Errorf("got %d final results of %d", len(seen), len(jobs))
	}
	if took := time.Since(start); took > 15*time.Second {
		t.Errorf("took %v", took)
	}
	for key, r := range seen {
		kind, name, _ := strings.Cut(key, ": ")
		web := kind == "http" && (strings.Contains(name, "body") || strings.Contains(name, "chunk") || strings.Contains(name, "redirects"))
		ws := kind == "ws" && strings.Contains(name, "chunk") || strings.Contains(name, "gigabyte body")
		// Any answer in HTTP proves the way for plain HTTP; a page in place of a WebSocket does not.
		if r.Status == Pass && !web || r.Status == Note && !web && !ws {
			t.Errorf("%s: got %v %q %q", key, r.Status, r.Code, r.Facts)
		}
	}
	for range 100 { // what is left of the peers' own
		if runtime.NumGoroutine() <= before+2*len(hostilePeers())+20 {
			return
		}
		<-time.After(20 * time.Millisecond)
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}

// TestHostileMemory has many peers flood at once.
func TestHostileMemory(t *testing.T) {
	lim := shortLimits()
	lim.Pace, lim.Burst = time.Microsecond, 1000
	var jobs []Job
	for i, text := range []string{"x", "HTTP/1.1 200 OK\r\nX: y\r\n", "\x82\x00", "220-x\r\n"} {
		to := visitors(t, flooding(text))
		for _, kind := range []string{"http", "https", "mqtt", "mqtts", "ws", "wss", "ssh"} {
			jobs = append(jobs, Job{Key: fmt.Sprint(i, kind), Kind: kind, To: to})
		}
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for r := range (Runner{Env: peerEnv{}, Limits: lim}).Run(t.Context(), jobs) {
		wholesome(t, r)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 32<<20 {
		t.Errorf("%d rows took %d MiB in all", len(jobs), used>>20)
	}
}

// TestMQTTSClientCertificate has a broker that wants a certificate of ours:
// TLS 1.3 says so only after the handshake.
func TestMQTTSClientCertificate(t *testing.T) {
	conf, roots := peerCert(t)
	conf.ClientAuth = tls.RequireAnyClientCert
	to := visitors(t, func(c net.Conn) {
		s := tls.Server(c, conf)
		_, _ = s.Read(make([]byte, 64))
		_, _ = io.Copy(io.Discard, c)
	})
	for _, kind := range []string{"mqtts", "wss", "tls", "https"} {
		r := runKind(t, kind, peerEnv{roots: roots}, to)
		if r.Status == Pass || r.Code != TLSClientCert {
			t.Errorf("%s: got %v %q %q, want %q", kind, r.Status, r.Code, r.Facts, TLSClientCert)
		}
	}
}

// nameEnv asks one name server.
type nameEnv struct {
	peerEnv
	server netip.AddrPort
}

func (e nameEnv) Resolvers() []netip.AddrPort { return []netip.AddrPort{e.server} }

// nameServer answers UDP by reply and TCP by stream.
func nameServer(t *testing.T, reply func(q []byte) [][]byte, stream func(net.Conn)) nameEnv {
	t.Helper()
	l := peerListener(t)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer func() { _ = c.Close() }(); stream(c) }()
		}
	}()
	at := netip.MustParseAddrPort(l.Addr().String())
	timeServerAt(t, at.String(), reply)
	return nameEnv{server: at}
}

// dnsAnswer is an answer to q with these resources in its answer section.
func dnsAnswer(t *testing.T, q []byte, change func(h *dnsmessage.Header), rr ...dnsmessage.Resource) []byte {
	t.Helper()
	var m dnsmessage.Message
	if err := m.Unpack(q); err != nil {
		return nil
	}
	m.Response, m.Answers, m.Additionals = true, rr, nil
	for i := range m.Answers {
		if m.Answers[i].Header.Name.Length == 0 {
			m.Answers[i].Header.Name = m.Questions[0].Name
		}
		m.Answers[i].Header.Class = dnsmessage.ClassINET
	}
	if change != nil {
		change(&m.Header)
	}
	b, err := m.Pack()
	if err != nil {
		t.Error(err)
	}
	return b
}

func TestHostileNameServers(t *testing.T) {
	here := dnsmessage.Resource{Body: &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}}}
	cname := func(from, to string) dnsmessage.Resource {
		return dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(from)}, Body: &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName(to)}}
	}
	one := func(b []byte) [][]byte { return [][]byte{b} }
	for name, tt := range map[string]struct {
		reply  func(q []byte) [][]byte
		stream func(net.Conn)
		want   []Code
	}{
		"silent":       {func([]byte) [][]byte { return nil }, nil, []Code{DNSSilent}},
		"garbage":      {func([]byte) [][]byte { return one([]byte(everyByte())) }, nil, []Code{DNSSilent, DNSBadReply}},
		"empty":        {func([]byte) [][]byte { return one(nil) }, nil, []Code{DNSSilent, DNSBadReply}},
		"our packet":   {one, nil, []Code{DNSSilent, DNSBadReply}},
		"wrong ID":     {func(q []byte) [][]byte { return one(dnsAnswer(t, q, func(h *dnsmessage.Header) { h.ID++ }, here)) }, nil, []Code{DNSSilent, DNSBadReply}},
		"another name": {func(q []byte) [][]byte { q[13] ^= 1; return one(dnsAnswer(t, q, nil, here)) }, nil, []Code{DNSSilent, DNSBadReply}},
		"pointer loop": {func(q []byte) [][]byte { return one(append(dnsAnswer(t, q, nil)[:12], 0xc0, 12, 0, 1, 0, 1)) }, nil, []Code{DNSSilent, DNSBadReply}},
		"cut short":    {func(q []byte) [][]byte { b := dnsAnswer(t, q, nil, here); return one(b[:len(b)-3]) }, nil, []Code{DNSSilent, DNSBadReply}},
		"alias loop": {func(q []byte) [][]byte {
			return one(dnsAnswer(t, q, nil, cname(peerName+".", "a.example."), cname("a.example.", peerName+".")))
		}, nil, []Code{DNSNoData, DNSBadReply}},
		"others' record": {func(q []byte) [][]byte {
			return one(dnsAnswer(t, q, nil, dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName("evil.example.")}, Body: here.Body}))
		}, nil, []Code{DNSNoData, DNSBadReply}},
		"floods": {func([]byte) [][]byte { return slicesOf(500, []byte("xxxxxxxxxxxxxxxx")) }, nil, []Code{DNSSilent, DNSBadReply}},
		"cut, then TCP floods": {
			func(q []byte) [][]byte {
				return one(dnsAnswer(t, q, func(h *dnsmessage.Header) { h.Truncated = true }))
			},
			flooding("\xff"),
			[]Code{DNSSilent, DNSBadReply},
		},
		"cut, then TCP drips": {
			func(q []byte) [][]byte {
				return one(dnsAnswer(t, q, func(h *dnsmessage.Header) { h.Truncated = true }))
			},
			dripping("\x10\x00", 0),
			[]Code{DNSSilent, DNSBadReply},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if tt.stream == nil {
				tt.stream = func(net.Conn) {}
			}
			env := nameServer(t, tt.reply, tt.stream)
			lim := shortLimits()
			lim.DNS, lim.DNSRetry = 500*time.Millisecond, 100*time.Millisecond
			start := time.Now()
			r := tcpProbe{}.Run(t.Context(), env, lim, Target{Host: peerName, Port: 9, Proto: "tcp"})
			if r.Status != Fail || !slices.Contains(tt.want, r.Code) {
				t.Errorf("got %v %q %q, want fail %q", r.Status, r.Code, r.Facts, tt.want)
			}
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("took %v", took)
			}
			wholesome(t, r)
		})
	}
}
