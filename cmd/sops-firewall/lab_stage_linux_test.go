package main

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/syncsign/sops-firewall/rules/check/wire/netlab"
)

// stage is where the servers are that behave badly: the routers of the lab send
// chosen traffic there, as a box in the way would.
type stage struct {
	net   *netlab.Net
	inet  string
	names map[string][]string
	ports map[string]int
	words []string // {name} and what it stands for, in turn
}

// newStage starts all of them on the Internet's stage address.
func newStage(l *lab) *stage {
	s := &stage{net: l.net, inet: l.inet, names: l.records(l.t), ports: map[string]int{}}
	s.silent()
	s.secured(l.certs)
	s.web()
	s.nameServers()
	s.timeServers()
	for w, at := range map[string]string{"up": atUp, "github": atGitHub, "docker": atDocker, "web": atWeb, "liar": atLiar, "unsynced": atUnsynced} {
		s.words = append(s.words, "{"+w+"}", "198.51.100."+at)
	}
	for name, port := range s.ports {
		s.words = append(s.words, "{"+name+"}", fmt.Sprintf("198.51.100.%s:%d", atStage, port), "{"+name+"6}", fmt.Sprintf("[2001:db8::66]:%d", port))
	}
	return s
}

// fill puts addresses in the place of their names.
func (s *stage) fill(text string) string { return strings.NewReplacer(s.words...).Replace(text) }

// where reserves a port for a server. UDP wants the address itself, or the
// answers would come from another.
func (s *stage) where(name string) (tcp, udp string) {
	port := 10000 + len(s.ports)
	s.ports[name] = port
	return fmt.Sprintf("[::]:%d", port), fmt.Sprintf("198.51.100.%s:%d", atStage, port)
}

// stageTime bounds what a server here does for one visitor.
const stageTime = 30 * time.Second

// serve starts a server that treats every visitor so.
func (s *stage) serve(name string, treat func(net.Conn)) {
	at, _ := s.where(name)
	ln := s.net.Listen(s.inet, at)
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				_ = c.SetDeadline(time.Now().Add(stageTime))
				treat(c)
			}()
		}
	}()
}

// says is a server that reads a little, says its text, and waits for the
// visitor to leave.
func says(text string) func(net.Conn) {
	return func(c net.Conn) {
		_, _ = c.Read(make([]byte, 4096))
		_, _ = io.WriteString(c, text)
		_, _ = io.Copy(io.Discard, c)
	}
}

// over says one text again and again.
func over(start, again string) func(net.Conn) {
	return func(c net.Conn) {
		text := start
		more := strings.Repeat(again, 1+4096/len(again))
		for {
			if _, err := io.WriteString(c, text); err != nil {
				return
			}
			text = more
		}
	}
}

// drips says its text slowly, a byte a second.
func drips(text string) func(net.Conn) {
	return func(c net.Conn) {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for i := range text {
			if _, err := io.WriteString(c, text[i:i+1]); err != nil {
				return
			}
			<-tick.C
		}
	}
}

func (s *stage) silent() {
	s.serve("tarpit", func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	s.serve("slow-ssh", drips("SSH-2.0-slow\r\n"+strings.Repeat(".", 60)))
	s.serve("slow-tls", drips("\x16\x03\x03\x40\x00\x02\x00\x3f\xfc\x03\x03"+strings.Repeat(".", 60)))
	s.serve("slow-http", drips("HTTP/1.1 200 OK\r\nServer: "+strings.Repeat(".", 60)))
	s.serve("endless-banner", over("", "Welcome to the jungle\r\n"))
	s.serve("endless-line", over("", "x"))
	s.serve("escape-ssh", says("SSH-2.0-\x1b]0;owned\x07\x1b[2J\x1b[31mevil\u202e\r\n"))
	s.serve("hangs-up", func(c net.Conn) {
		_, _ = c.Read(make([]byte, 4096))
		if t, ok := c.(*net.TCPConn); ok {
			_ = t.CloseWrite()
		}
		_, _ = io.Copy(io.Discard, c)
	})
	s.serve("resets", func(c net.Conn) {
		_, _ = c.Read(make([]byte, 4096))
		if t, ok := c.(*net.TCPConn); ok {
			_ = t.SetLinger(0)
		}
	})
}

// secured are servers with TLS.
func (s *stage) secured(certs labCerts) {
	for name, k := range map[string]keyPair{
		"inspected": certs.inspected, "unknown-ca": certs.unknown, "expired": certs.expired, "future": certs.future,
		"wrong-name": certs.stranger, "escape-cert": certs.escapes, "crowd-cert": certs.crowd,
	} {
		s.tls(name, &tls.Config{Certificates: []tls.Certificate{k.tls}})
	}
	s.tls("client-cert", &tls.Config{Certificates: []tls.Certificate{certs.good.tls}, ClientAuth: tls.RequireAnyClientCert})
	s.serve("alert", says("\x15\x03\x03\x00\x02\x02\x28"))
	good := &tls.Config{Certificates: []tls.Certificate{certs.good.tls}}
	inTLS := func(treat func(net.Conn)) func(net.Conn) {
		return func(c net.Conn) {
			t := tls.Server(c, good)
			if t.HandshakeContext(s.net.T.Context()) == nil {
				treat(t)
			}
		}
	}
	s.serve("silent-inside", inTLS(func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }))
	s.serve("gigabyte", inTLS(over("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n", "x")))
}

// tls starts a web server with TLS.
func (s *stage) tls(name string, conf *tls.Config) {
	s.serve(name, func(c net.Conn) {
		t := tls.Server(c, conf)
		if t.HandshakeContext(s.net.T.Context()) == nil {
			says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")(t)
		}
	})
}

// web are servers and boxes of the web in clear text.
func (s *stage) web() {
	dated := func(at time.Duration, head, body string) string {
		return fmt.Sprintf("HTTP/1.1 %s\r\nDate: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
			head, time.Now().Add(at).UTC().Format(http.TimeFormat), len(body), body)
	}
	page := func(head, body string) string { return dated(0, head, body) }
	s.serve("date-hour-fast", func(c net.Conn) { says(dated(time.Hour, "200 OK", "ok"))(c) })
	s.serve("portal", says(page("302 Found\r\nLocation: http://login.hotel.example/guest?continue=x", "<html>Sign in</html>")))
	s.serve("http-451", says(page("451 Unavailable For Legal Reasons", "<html>blocked</html>")))
	s.serve("http-503", says(page("503 Service Unavailable", "<html>busy</html>")))
	s.serve("escape-http", says(page("200 OK\r\nServer: \x1b]0;owned\x07\x1b[31mevil\u202e", "\x1b[2J")))
	s.serve("endless-header", over("HTTP/1.1 200 OK\r\n", "X-More: and more\r\n"))
	s.serve("plain-page", says(page("200 OK\r\nServer: printer", "<html><title>Printer</title></html>")))
	s.serve("proxy", func(c net.Conn) { s.proxy(c, "") })
	s.serve("proxy-login", func(c net.Conn) { s.proxy(c, "Basic dXNlcjpzZWNyZXQ=") })
}

// proxy is an HTTP proxy that opens tunnels, for whom shows the login if there is one.
func (s *stage) proxy(c net.Conn, login string) {
	br := bufio.NewReader(c)
	req, err := http.ReadRequest(br)
	switch {
	case err != nil:
		return
	case login != "" && req.Header.Get("Proxy-Authorization") != login:
		_, _ = io.WriteString(c, "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n")
		return
	case req.Method != http.MethodConnect:
		_, _ = io.WriteString(c, "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
		return
	}
	host, port, err := net.SplitHostPort(req.Host)
	addr := host
	if a := s.names[host]; err == nil && len(a) > 0 {
		addr = a[0]
	}
	var far net.Conn
	s.net.Inside(s.inet, func() {
		d := net.Dialer{Timeout: 5 * time.Second}
		far, err = d.DialContext(s.net.T.Context(), "tcp", net.JoinHostPort(addr, port))
	})
	if err != nil {
		_, _ = io.WriteString(c, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
		return
	}
	defer func() { _ = far.Close() }()
	_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
	go func() {
		_, _ = io.Copy(far, br)
		_ = far.Close()
	}()
	_, _ = io.Copy(c, far)
}

// timeServers are time servers that say something wrong.
func (s *stage) timeServers() {
	s.time("ntp-hour-fast", func(b []byte) { b[1] = 2 }, time.Hour)
	s.time("ntp-kiss", func(b []byte) { b[0], b[1] = 3<<6|4<<3|4, 0; copy(b[12:], "DENY") }, 0)
	s.time("ntp-other-question", func(b []byte) { b[1] = 2; b[24] ^= 0xff }, 0)
}

// time starts an NTP server whose clock is fast by that much.
func (s *stage) time(name string, change func([]byte), fast time.Duration) {
	_, at := s.where(name)
	pc := s.net.ListenUDP(s.inet, at)
	go func() {
		in := make([]byte, 512)
		for {
			n, from, err := pc.ReadFrom(in)
			if err != nil {
				return
			}
			if n < 48 {
				continue
			}
			out := make([]byte, 48)
			out[0] = 4<<3 | 4
			copy(out[24:32], in[40:48]) // the asker's own mark comes back
			const epoch = 2208988800    // from 1900 to 1970
			now := time.Now().Add(fast)
			stamp := uint64(now.Unix()+epoch)<<32 | uint64(now.Nanosecond())<<32/1e9
			for _, at := range []int{16, 32, 40} {
				binary.BigEndian.PutUint64(out[at:], stamp)
			}
			change(out)
			_, _ = pc.WriteTo(out, from)
		}
	}()
}
