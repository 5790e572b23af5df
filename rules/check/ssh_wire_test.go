package check

import (
	"errors"
	"io"
	"strings"
	"testing"
)

func TestParseGreeting(t *testing.T) {
	for name, tt := range map[string]struct {
		in   string
		want greeting
		err  error
	}{
		"nothing":               {in: "", err: errMore},
		"half":                  {in: "SSH-2.0-Open", err: errMore},
		"plain":                 {in: "SSH-2.0-OpenSSH_9.6\r\n", want: greeting{Version: "SSH-2.0-OpenSSH_9.6"}},
		"without return":        {in: "SSH-2.0-x\n", want: greeting{Version: "SSH-2.0-x"}},
		"with key exchange":     {in: "SSH-2.0-x\r\n\x00\x00\x04", want: greeting{Version: "SSH-2.0-x"}},
		"after a notice":        {in: "Welcome\r\nBe good\r\nSSH-2.0-x\r\n", want: greeting{Version: "SSH-2.0-x", Lines: 2}},
		"after 20 lines":        {in: strings.Repeat("a\r\n", 20) + "SSH-2.0-x\r\n", want: greeting{Version: "SSH-2.0-x", Lines: 20}},
		"after 21 lines":        {in: strings.Repeat("a\r\n", 21) + "SSH-2.0-x\r\n", err: errNotSSH},
		"line of 255":           {in: strings.Repeat("a", 255) + "\r\n", err: errMore},
		"line of 256":           {in: strings.Repeat("a", 256) + "\r\n", err: errNotSSH},
		"endless line":          {in: strings.Repeat("a", 300), err: errNotSSH},
		"a web server":          {in: "HTTP/1.1 400 Bad Request\r\n", err: errNotSSH},
		"a mail server":         {in: "220 mail.example.com ESMTP\r\n", err: errNotSSH},
		"TLS":                   {in: "\x15\x03\x01\x00\x02\x02\x46", err: errNotSSH},
		"binary":                {in: "\x01\x00\x02", err: errNotSSH},
		"protocol 1 and 2":      {in: "SSH-1.99-Cisco-1.25\n", want: greeting{Version: "SSH-1.99-Cisco-1.25"}},
		"escape sequences kept": {in: "SSH-2.0-\x1b[2J\r\n", want: greeting{Version: "SSH-2.0-\x1b[2J"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parseGreeting([]byte(tt.in))
			if !errors.Is(err, tt.err) || got != tt.want {
				t.Errorf("got %+v, %v, want %+v, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

func TestReadGreeting(t *testing.T) {
	for name, tt := range map[string]struct {
		in   io.Reader
		want string
		head string
		err  error
	}{
		"byte by byte": {in: oneByte{strings.NewReader("hi\r\nSSH-2.0-x\r\n")}, want: "SSH-2.0-x", head: "hi\r\nSSH-2.0-x\r\n"},
		"hung up":      {in: strings.NewReader(""), err: io.EOF},
		"busy":         {in: strings.NewReader("Exceeded MaxStartups\r\n"), head: "Exceeded MaxStartups\r\n", err: io.EOF},
		"endless":      {in: endless('a'), head: strings.Repeat("a", headSize), err: errNotSSH},
		"empty lines":  {in: endless('\n'), head: strings.Repeat("\n", headSize), err: errNotSSH},
	} {
		t.Run(name, func(t *testing.T) {
			g, head, err := readGreeting(tt.in)
			if !errors.Is(err, tt.err) || g.Version != tt.want || string(head) != tt.head {
				t.Errorf("got %+v, %q, %v, want %q, %q, %v", g, head, err, tt.want, tt.head, tt.err)
			}
		})
	}
}

func FuzzParseGreeting(f *testing.F) {
	for _, s := range []string{"", "SSH-2.0-OpenSSH_9.6\r\n", "a\nb\nSSH-2.0-x\n", "HTTP/1.1 400 Bad\r\n", "\x15\x03\x01\x00\x02", "220 x\r\n", "Exceeded MaxStartups\r\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := parseGreeting(b)
		if len(g.Version) > sshMaxLine || g.Lines > sshMaxLines || err == nil && !strings.HasPrefix(g.Version, "SSH-") {
			t.Fatalf("got %+v of %q", g, b)
		}
		if errors.Is(err, errMore) && len(b) > (sshMaxLines+1)*(sshMaxLine+2) {
			t.Fatalf("%d bytes and still waiting", len(b))
		}
		for i := range min(len(b), 300) {
			if part, perr := parseGreeting(b[:i]); perr == nil && (err != nil || part != g) {
				t.Fatalf("%d bytes of %q read as %+v, all of them as %+v, %v", i, b, part, g, err)
			}
		}
	})
}
