package check

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// runKind runs one probe as Runner would, without its second look.
func runKind(t testing.TB, kind string, env Env, to Target) Result {
	t.Helper()
	r := kinds[kind]().Run(t.Context(), env, shortLimits(), to)
	r.settle(t.Context())
	return r
}

// layersOf are the names of the layers, in order.
func layersOf(r Result) (names []string) {
	for _, l := range r.Layers {
		if l.Name != "dns" { // not asked where the target has addresses
			names = append(names, l.Name)
		}
	}
	return names
}

func TestMQTTBrokers(t *testing.T) {
	layers := map[string][]string{
		"mqtt": {"tcp", "mqtt"}, "mqtts": {"tcp", "tls", "mqtt"},
		"ws": {"tcp", "ws", "mqtt"}, "wss": {"tcp", "tls", "ws", "mqtt"},
	}
	for kind, want := range layers {
		for name, tt := range map[string]struct {
			open bool
			code Code
			said string
		}{
			"open":          {true, "", "0 accepted"},
			"wants a login": {false, MQTTLogin, "5 not authorised"},
		} {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				env, to := broker(t, kind, tt.open)
				r := runKind(t, kind, env, to)
				if r.Status != Pass || r.Code != tt.code || r.Facts["status"] != tt.said {
					t.Errorf("got %v %q %v, want pass %q %q", r.Status, r.Code, r.Facts, tt.code, tt.said)
				}
				if got := layersOf(r); !slices.Equal(got, want) {
					t.Errorf("got layers %v, want %v", got, want)
				}
				for _, l := range r.Layers {
					if l.Status != Pass || l.Family != 4 && l.Name != "tls" {
						t.Errorf("got layer %+v", l)
					}
				}
			})
		}
	}
}

// TestMQTTSecondTry has a broker of one version, or one that wants a name.
func TestMQTTSecondTry(t *testing.T) {
	for name, tt := range map[string]struct {
		say    func(level byte, id string) string
		status Status
		code   Code
		said   string
		asked  string
	}{
		"speaks 5 only": {
			func(level byte, _ string) string {
				if level == mqtt5 {
					return "\x20\x03\x00\x87\x00"
				}
				return "\x20\x02\x00\x01"
			}, Pass, MQTTLogin, "135 not authorised (MQTT 5)", "4: 5:",
		},
		"speaks 5 only and says so in 5": {
			func(level byte, _ string) string {
				if level == mqtt5 {
					return "\x20\x03\x00\x00\x00"
				}
				return "\x20\x03\x00\x84\x00"
			}, Pass, "", "0 accepted (MQTT 5)", "4: 5:",
		},
		"speaks neither": {
			func(byte, string) string { return "\x20\x02\x00\x01" }, Note, MQTTRefused, "1 unsupported protocol version (MQTT 5)", "4: 5:",
		},
		"hangs up on 5": {
			func(level byte, _ string) string {
				if level == mqtt5 {
					return ""
				}
				return "\x20\x02\x00\x01"
			}, Note, MQTTRefused, "1 unsupported protocol version", "4: 5:",
		},
		"wants an identifier": {
			func(_ byte, id string) string {
				if id == "" {
					return "\x20\x02\x00\x02"
				}
				return "\x20\x02\x00\x00"
			}, Pass, "", "0 accepted", "4: 4:id",
		},
		"likes no identifier": {
			func(byte, string) string { return "\x20\x02\x00\x02" }, Note, MQTTRefused, "2 identifier rejected", "4: 4:id",
		},
		"wants 5 and an identifier": {
			func(level byte, id string) string {
				switch {
				case level == mqtt311:
					return "\x20\x02\x00\x01"
				case id == "":
					return "\x20\x03\x00\x85\x00"
				}
				return "\x20\x03\x00\x00\x00"
			}, Pass, "", "0 accepted (MQTT 5)", "4: 5: 5:id",
		},
		"not available": {
			func(byte, string) string { return "\x20\x02\x00\x03" }, Note, MQTTRefused, "3 server unavailable", "4:",
		},
		"banned, with reason": {
			func(byte, string) string { return "\x20\x0d\x00\x8a\x0a\x1f\x00\x07go\x1b[31m" }, Note, MQTTRefused, "138 banned", "4:",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var asked []string
			to := visitors(t, func(c net.Conn) {
				b := make([]byte, 256)
				n, err := c.Read(b)
				if err != nil || n < 14 {
					return
				}
				id := strings.TrimLeft(string(b[12:n]), "\x00\x10\x11\x12")
				level := b[8]
				mu.Lock()
				asked = append(asked, string(rune('0'+level))+":"+map[bool]string{true: "", false: "id"}[id == ""])
				mu.Unlock()
				_, _ = io.WriteString(c, tt.say(level, id))
			})
			r := runKind(t, "mqtt", peerEnv{}, to)
			if r.Status != tt.status || r.Code != tt.code || r.Facts["status"] != tt.said {
				t.Errorf("got %v %q %v, want %v %q %q", r.Status, r.Code, r.Facts, tt.status, tt.code, tt.said)
			}
			mu.Lock()
			defer mu.Unlock()
			if got := strings.Join(asked, " "); got != tt.asked {
				t.Errorf("the broker was asked %q, want %q", got, tt.asked)
			}
			if got := layersOf(r); !slices.Equal(got, []string{"tcp", "mqtt"}) {
				t.Errorf("got layers %v", got)
			}
			if strings.ContainsRune(r.Facts["banner"], '\x1b') {
				t.Errorf("got banner %q", r.Facts["banner"])
			}
		})
	}
}

// TestMQTTLeaves has the broker see how we go.
func TestMQTTLeaves(t *testing.T) {
	heard := make(chan string, 1)
	to := visitors(t, func(c net.Conn) {
		b := make([]byte, 256)
		if _, err := c.Read(b); err != nil {
			heard <- err.Error()
			return
		}
		_, _ = io.WriteString(c, "\x20\x02\x00\x00")
		rest, err := io.ReadAll(c)
		heard <- string(rest)
		if err != nil {
			t.Errorf("got %v, want a clean end", err)
		}
	})
	if r := runKind(t, "mqtt", peerEnv{}, to); r.Status != Pass {
		t.Errorf("got %v %q", r.Status, r.Code)
	}
	if got := <-heard; got != "\xe0\x00" {
		t.Errorf("the broker heard %q at the end, want DISCONNECT", got)
	}
}

func TestMQTTStrangers(t *testing.T) {
	for name, tt := range map[string]struct {
		peer   func(net.Conn)
		code   Code
		server string
		banner string
	}{
		"silent":              {func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, MQTTSilent, "", ""},
		"hangs up":            {func(c net.Conn) { _, _ = c.Read(make([]byte, 64)) }, MQTTClosed, "", ""},
		"resets":              {resetting, MQTTReset, "", ""},
		"a web server":        {replying("HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n<html>"), MQTTNotMQTT, "http", "HTTP/1.1 400 Bad Request Server: nginx <html>"},
		"a mail server":       {flooding("220 mail.example.com ESMTP\r\n"), MQTTNotMQTT, "smtp", "220 mail.example.com ESMTP"},
		"an SSH server":       {replying("SSH-2.0-OpenSSH_9.6\r\n"), MQTTNotMQTT, "ssh", "SSH-2.0-OpenSSH_9.6"},
		"wants TLS":           {replying("\x15\x03\x01\x00\x02\x02\x46"), MQTTNotMQTT, "tls", ""},
		"floods":              {flooding("x"), MQTTNotMQTT, "", "xxx"},
		"drips nonsense":      {dripping("x", 'x'), MQTTNotMQTT, "", "x"},
		"drips a CONNACK":     {dripping("\x20\xff\x07\x00\x00", 0), MQTTSilent, "", ""},
		"begins and stops":    {replying("\x20\x02"), MQTTSilent, "", ""},
		"a gigabyte":          {replying("\x20\xff\xff\xff\x7f\x00\x00"), MQTTNotMQTT, "", ""},
		"escape sequences":    {replying("\x1b]0;owned\x07\x1b[2J\u202eevil\r\n"), MQTTNotMQTT, "", "]0;owned[2Jevil"},
		"every character":     {replying(everyByte()), MQTTNotMQTT, "", ""},
		"answers as a client": {replying("\x10\x0c\x00\x04MQTT\x04\x02\x00\x0a\x00\x00"), MQTTNotMQTT, "", "MQTT"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			r := runKind(t, "mqtt", peerEnv{}, visitors(t, tt.peer))
			if r.Status != Fail || r.Code != tt.code || r.Facts["server"] != tt.server || !strings.HasPrefix(r.Facts["banner"], tt.banner) {
				t.Errorf("got %v %q %q, want fail %q from %q saying %q", r.Status, r.Code, r.Facts, tt.code, tt.server, tt.banner)
			}
			if took := time.Since(start); took > 3*time.Second {
				t.Errorf("took %v", took)
			}
			wholesome(t, r)
		})
	}
}

// TestMQTTStrangerInTLS has somebody unknown speak inside a good encryption:
// the name in the certificate must not be shown as who that is.
func TestMQTTStrangerInTLS(t *testing.T) {
	conf, roots := peerCert(t)
	to := visitors(t, func(c net.Conn) { replying("what?")(tls.Server(c, conf)) })
	r := runKind(t, "mqtts", peerEnv{roots: roots}, to)
	if r.Code != MQTTNotMQTT || r.Facts["server"] != "" || r.Facts["banner"] != "what?" || r.Facts["issuer"] == "" {
		t.Errorf("got %v %q %q", r.Status, r.Code, r.Facts)
	}
}

// everyByte is each byte once.
func everyByte() string {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return string(b)
}

// wholesome holds a Result to what every reader of it relies on.
func wholesome(t testing.TB, r Result) {
	t.Helper()
	for k, v := range r.Facts {
		if v != Clean(v, 4*factRunes) || len([]rune(v)) > 4*factRunes {
			t.Errorf("fact %s is not clean: %q", k, v)
		}
	}
	if r.Code == "" && r.Status != Pass {
		t.Errorf("%v without a reason", r.Status)
	}
	if r.Code != "" && !slices.Contains(Codes(), r.Code) {
		t.Errorf("code %q is not in the list", r.Code)
	}
	for _, l := range r.Layers {
		if l.Took < 0 || l.Took > time.Minute || l.Address != Clean(l.Address, factRunes) {
			t.Errorf("got layer %+v", l)
		}
	}
}

// TestCancelled has every kind stop at once when the user does.
func TestCancelled(t *testing.T) {
	silent := func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }
	for _, kind := range []string{"mqtt", "mqtts", "ws", "wss", "ssh", "ntp"} {
		for name, peer := range map[string]func(net.Conn){"silent": silent, "dripping": dripping("\x20\x80", 0x80)} {
			t.Run(kind+" "+name, func(t *testing.T) {
				t.Parallel()
				to := visitors(t, peer)
				if kind == "ntp" {
					to = timeServer(t, func([]byte) [][]byte { return nil })
				}
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan Result)
				lim := DefaultLimits().scaled()
				go func() { done <- kinds[kind]().Run(ctx, peerEnv{}, lim, to) }()
				time.AfterFunc(50*time.Millisecond, cancel)
				select {
				case r := <-done:
					if r.Status == Pass || r.Status == Fail && r.Code != WSNotHTTP && r.Code != TLSNotTLS && r.Code != TLSSilent && r.Code != MQTTNotMQTT {
						t.Errorf("got %v %q from a row that was cancelled", r.Status, r.Code)
					}
				case <-time.After(time.Second):
					t.Fatal("did not stop within a second")
				}
			})
		}
	}
}

func TestWrongRowDeadline(t *testing.T) {
	to := visitors(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	r := mqttProbe{}.Run(ctx, peerEnv{}, DefaultLimits().scaled(), to)
	if r.Status != Unproven || r.Code != CheckTimeout {
		t.Errorf("got %v %q, want unproven %q: 100 ms prove no silence", r.Status, r.Code, CheckTimeout)
	}
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		t.Errorf("the row ended before its time")
	}
}
