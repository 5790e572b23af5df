package gateway

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/syncsign/sops-firewall/rules/check/wire/certlab"
)

var gw = netip.MustParseAddr("192.0.2.1")

// box is a router of the test: what it has stands on loopback, whatever port it
// is asked for. Everything else is refused.
type box struct {
	t      *testing.T
	at     map[string]string // "tcp 80" -> where it is
	answer string            // to a search; LOCATION stands in it
	mu     sync.Mutex
	asked  []netip.AddrPort
}

func (b *box) Dial(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
	b.mu.Lock()
	b.asked = append(b.asked, to)
	b.mu.Unlock()
	where := b.at[fmt.Sprintf("%s %d", strings.TrimSuffix(network, "4"), to.Port())]
	if where == "" || to.Addr() != gw {
		return nil, errors.New("refused")
	}
	return new(net.Dialer).DialContext(ctx, strings.TrimSuffix(network, "4"), where)
}

func (b *box) Search(ctx context.Context, datagram []byte, _ []netip.AddrPort, each func(netip.AddrPort, []byte)) error {
	if !bytes.HasPrefix(datagram, []byte("M-SEARCH * HTTP/1.1\r\n")) {
		b.t.Errorf("search is %q", datagram)
	}
	if b.answer == "" {
		<-ctx.Done()
		return nil
	}
	each(netip.MustParseAddrPort("192.0.2.77:1900"), []byte("HTTP/1.1 200 OK\r\nSERVER: television\r\nLOCATION: http://192.0.2.77/x\r\n\r\n"))
	each(netip.AddrPortFrom(gw, 1900), []byte(b.answer))
	return nil
}

func (b *box) tcp(port int, treat func(net.Conn)) {
	b.t.Helper()
	ln, err := new(net.ListenConfig).Listen(b.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				_ = c.SetDeadline(time.Now().Add(10 * time.Second))
				treat(c)
				_ = c.Close()
			})
		}
	})
	b.t.Cleanup(func() { _ = ln.Close(); wg.Wait() })
	b.at[fmt.Sprintf("tcp %d", port)] = ln.Addr().String()
}

func (b *box) web(port int, h http.Handler) {
	b.t.Helper()
	ln, err := new(net.ListenConfig).Listen(b.t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.t.Fatal(err)
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: time.Second}
	go func() { _ = s.Serve(ln) }()
	b.t.Cleanup(func() { _ = s.Close() })
	b.at[fmt.Sprintf("tcp %d", port)] = ln.Addr().String()
}

func (b *box) udp(port int, reply func([]byte) []byte) {
	b.t.Helper()
	pc, err := new(net.ListenConfig).ListenPacket(b.t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		b.t.Fatal(err)
	}
	go func() {
		buf := make([]byte, 2048)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			_, _ = pc.WriteTo(reply(buf[:n]), from)
		}
	}()
	b.t.Cleanup(func() { _ = pc.Close() })
	b.at[fmt.Sprintf("udp %d", port)] = pc.LocalAddr().String()
}

func newBox(t *testing.T) *box { return &box{t: t, at: map[string]string{}} }

const fritzXML = `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device>
<friendlyName>FRITZ!Box 7590</friendlyName><manufacturer>AVM Berlin</manufacturer><modelName>FRITZ!Box 7590</modelName>
<deviceList><device><deviceList><device><serviceList><service>
<serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><controlURL>/igdupnp/control/WANIPConn1</controlURL>
</service></serviceList></device></deviceList></device></deviceList></device></root>`

func ssdp(location string) string {
	return "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nSERVER: FRITZ!Box 7590 UPnP/1.0 AVM FRITZ!Box 7590 154.07.57\r\nLOCATION: " + location + "\r\nST: x\r\n\r\n"
}

// fritz is a whole router: page, certificate, SSH, UPnP, NAT-PMP and name.
func fritz(t *testing.T) *box {
	b := newBox(t)
	b.web(80, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "<html><head><title>FRITZ!Box</title></head>")
	}))
	cert := certlab.New(t, nil, x509.Certificate{Subject: pkix.Name{CommonName: "fritz.box", Organization: []string{"AVM"}}}).TLS()
	b.tcp(443, func(c net.Conn) {
		_ = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}}).HandshakeContext(t.Context())
	})
	b.tcp(22, func(c net.Conn) { _, _ = io.WriteString(c, "SSH-2.0-dropbear\r\n") })
	b.web(49000, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/igddesc.xml":
			_, _ = io.WriteString(w, fritzXML)
		case "/igdupnp/control/WANIPConn1":
			if r.Header.Get("SOAPAction") != `"urn:schemas-upnp-org:service:WANIPConnection:1#GetExternalIPAddress"` {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			_, _ = io.WriteString(w, `<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><u:GetExternalIPAddressResponse xmlns:u="urn:schemas-upnp-org:service:WANIPConnection:1"><NewExternalIPAddress>203.0.113.5</NewExternalIPAddress></u:GetExternalIPAddressResponse></s:Body></s:Envelope>`)
		}
	}))
	b.answer = ssdp("http://192.0.2.1:49000/igddesc.xml")
	b.udp(53, func(q []byte) []byte {
		var m dnsmessage.Message
		if err := m.Unpack(q); err != nil || len(m.Questions) != 1 {
			return nil
		}
		m.Response = true
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: m.Questions[0].Name, Type: dnsmessage.TypePTR, Class: dnsmessage.ClassINET},
			Body:   &dnsmessage.PTRResource{PTR: dnsmessage.MustNewName("fritz.box.")},
		}}
		out, err := m.Pack()
		if err != nil {
			return nil
		}
		return out
	})
	return b
}

func TestLook(t *testing.T) {
	b := fritz(t)
	s := Look(t.Context(), b, gw)
	want := Signs{
		Address: gw, Title: "FRITZ!Box", Subject: "CN=fritz.box, O=AVM", SSH: "SSH-2.0-dropbear",
		UPnP: "FRITZ!Box 7590 UPnP/1.0 AVM FRITZ!Box 7590 154.07.57", Maker: "AVM Berlin", Model: "FRITZ!Box 7590",
		Name: "fritz.box", WAN: netip.MustParseAddr("203.0.113.5"), WANBy: "UPnP", Mappings: true,
	}
	s.Page = ""
	if s != want {
		t.Errorf("got  %+v\nwant %+v", s, want)
	}
	for _, a := range b.asked {
		if a.Addr() != gw {
			t.Errorf("it talked to %s", a)
		}
	}
}

// TestElsewhere: a gateway cannot send the look to somebody else.
func TestElsewhere(t *testing.T) {
	for name, location := range map[string]string{
		"another host": "http://192.0.2.66:49000/igddesc.xml", "a name": "http://example.com/igddesc.xml", "a file": "file:///etc/passwd",
		"encrypted": "https://192.0.2.1/igddesc.xml", "user": "http://192.0.2.1@192.0.2.66/igddesc.xml", "nothing": "", "garbage": "http://[::1",
	} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t)
			b.answer = ssdp(location)
			b.web(80, http.RedirectHandler("http://192.0.2.66/login", http.StatusFound))
			s := Look(t.Context(), b, gw)
			if s.Model != "" || s.WAN.IsValid() {
				t.Errorf("got %+v", s)
			}
			for _, a := range b.asked {
				if a.Addr() != gw {
					t.Errorf("it talked to %s", a)
				}
			}
		})
	}
}

// TestHostile: endless, slow and ugly answers are bounded and clean.
func TestHostile(t *testing.T) {
	b := newBox(t)
	header := "\u202e\u009bevil" + strings.Repeat("x", 500) // an HTTP client refuses the rest
	ugly := "\x1b]0;owned\x07\x1b[2J\u202eevil" + strings.Repeat("x", 500)
	b.tcp(80, func(c net.Conn) {
		_, _ = c.Read(make([]byte, 4096)) // an answer before the question is thrown away
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nServer: "+header+"\r\nWWW-Authenticate: Basic realm=\""+header+"\"\r\n\r\n<title>"+ugly[:300]+"</title>")
		for {
			if _, err := c.Write(bytes.Repeat([]byte("a"), 4096)); err != nil {
				return
			}
		}
	})
	b.tcp(22, func(c net.Conn) {
		_, _ = io.WriteString(c, "SSH-2.0-"+ugly)
		for {
			if _, err := c.Write([]byte("a")); err != nil {
				return
			}
		}
	})
	cert := certlab.New(t, nil, x509.Certificate{Subject: pkix.Name{CommonName: ugly[:60], Organization: []string{ugly[:60], "a", "b", "c", "d", "e", "f", "g"}}}).TLS()
	b.tcp(443, func(c net.Conn) {
		_ = tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}}).HandshakeContext(t.Context())
	})
	b.web(49000, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `<!DOCTYPE a [<!ENTITY b "boom">]><root><device><modelName>&b;</modelName></device></root>`)
		for range 1000 {
			_, _ = w.Write(bytes.Repeat([]byte(" "), 4096))
		}
	}))
	b.answer = strings.Replace(ssdp("http://192.0.2.1:49000/"), "SERVER: ", "SERVER: "+header, 1)
	b.udp(53, func([]byte) []byte { return bytes.Repeat([]byte{0xff}, 512) })
	b.udp(5351, func([]byte) []byte { return []byte{0, 128} })
	s := Look(t.Context(), b, gw)
	for what, text := range map[string]string{"server": s.Server, "realm": s.Realm, "title": s.Title, "certificate": s.Subject, "ssh": s.SSH, "upnp": s.UPnP, "model": s.Model, "name": s.Name, "page": s.Page} {
		if len([]rune(text)) > pageBytes || what != "page" && len([]rune(text)) > 2*signRunes {
			t.Errorf("%s has %d characters", what, len(text))
		}
		if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) {
			t.Errorf("%s is not clean: %q", what, text)
		}
	}
	if s.Server == "" || s.Title == "" || s.SSH == "" || s.Subject == "" || s.Model != "" {
		t.Errorf("got %+v", s)
	}
}

// TestNobody: a silent gateway costs no more than the look's time.
func TestNobody(t *testing.T) {
	b := newBox(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if s := Look(ctx, b, gw); s != (Signs{Address: gw}) {
		t.Errorf("got %+v", s)
	}
	for _, a := range []string{"127.0.0.1", "224.0.0.1", "0.0.0.0"} {
		b := newBox(t)
		if Look(t.Context(), b, netip.MustParseAddr(a)); len(b.asked) > 0 {
			t.Errorf("%s was asked", a)
		}
	}
}

func FuzzPointer(f *testing.F) {
	name := dnsmessage.MustNewName("1.2.0.192.in-addr.arpa.")
	m := dnsmessage.Message{Header: dnsmessage.Header{ID: 7, Response: true}, Questions: []dnsmessage.Question{{Name: name, Type: dnsmessage.TypePTR, Class: dnsmessage.ClassINET}}}
	m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: name, Class: dnsmessage.ClassINET}, Body: &dnsmessage.PTRResource{PTR: dnsmessage.MustNewName("x.")}}}
	b, err := m.Pack()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		if s := pointer(b, 7, name); len(s) > 255 {
			t.Fatalf("a name of %d bytes", len(s))
		}
	})
}

func FuzzDescription(f *testing.F) {
	f.Add(fritzXML)
	f.Fuzz(func(_ *testing.T, s string) {
		var d description
		if decode(strings.NewReader(s), &d) == nil {
			_ = d.Root.model()
			_ = d.Root.service()
		}
	})
}
