package check

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestConnectPacket(t *testing.T) {
	for name, tt := range map[string]struct {
		level byte
		id    string
		want  string
	}{
		"3.1.1 without identifier": {mqtt311, "", "\x10\x0c\x00\x04MQTT\x04\x02\x00\x0a\x00\x00"},
		"3.1.1 with identifier":    {mqtt311, "ab", "\x10\x0e\x00\x04MQTT\x04\x02\x00\x0a\x00\x02ab"},
		"5":                        {mqtt5, "", "\x10\x0d\x00\x04MQTT\x05\x02\x00\x0a\x00\x00\x00"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := connectPacket(tt.level, tt.id); string(got) != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestParseConnack(t *testing.T) {
	long := "\x20\x80\x08\x00\x00" + strings.Repeat("\x00", 1022)
	for name, tt := range map[string]struct {
		in   string
		want connack
		err  error
	}{
		"nothing":                    {in: "", err: errMore},
		"type only":                  {in: "\x20", err: errMore},
		"half":                       {in: "\x20\x02\x00", err: errMore},
		"accepted":                   {in: "\x20\x02\x00\x00"},
		"session present":            {in: "\x20\x02\x01\x00"},
		"not authorised":             {in: "\x20\x02\x00\x05", want: connack{Code: 5}},
		"something after it":         {in: "\x20\x02\x00\x05\x30\x00", want: connack{Code: 5}},
		"5 accepted":                 {in: "\x20\x03\x00\x00\x00"},
		"5 with reason":              {in: "\x20\x0b\x00\x87\x08\x21\x00\x09\x1f\x00\x02no", want: connack{Code: 0x87, Reason: "no"}},
		"5 with another server":      {in: "\x20\x08\x00\x9c\x05\x1c\x00\x02ab", want: connack{Code: 0x9c, Other: "ab"}},
		"5 with a user property":     {in: "\x20\x0f\x00\x87\x0c\x26\x00\x01a\x00\x01b\x1f\x00\x02no", want: connack{Code: 0x87, Reason: "no"}},
		"5 with a property too long": {in: "\x20\x08\x00\x87\x05\x1f\xff\xff\x61\x61", want: connack{Code: 0x87}},
		"5 with properties too long": {in: "\x20\x03\x00\x87\x7f", want: connack{Code: 0x87}},
		"5 with an unknown property": {in: "\x20\x05\x00\x87\x02\x7e\x00", want: connack{Code: 0x87}},
		"1024 bytes":                 {in: long},
		"1025 bytes":                 {in: "\x20\x81\x08\x00\x00", err: errNotMQTT},
		"a gigabyte":                 {in: "\x20\xff\xff\xff\x7f\x00\x00", err: errNotMQTT},
		"length without end":         {in: "\x20\xff\xff\xff\xff\x00", err: errNotMQTT},
		"length 1":                   {in: "\x20\x01\x00", err: errNotMQTT},
		"reserved flags":             {in: "\x20\x02\x02\x00", err: errNotMQTT},
		"PUBLISH":                    {in: "\x30\x02\x00\x00", err: errNotMQTT},
		"a web server":               {in: "HTTP/1.1 400 Bad Request\r\n", err: errNotMQTT},
		"a space":                    {in: "  hello, this is no broker", err: errNotMQTT},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := parseConnack([]byte(tt.in))
			if !errors.Is(err, tt.err) || got != tt.want {
				t.Errorf("got %+v, %v, want %+v, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

func TestConnackAnswer(t *testing.T) {
	want := map[mqttAnswer][]byte{
		mqttAccepted: {0},
		mqttLogin:    {4, 5, 0x86, 0x87, 0x8c},
		mqttVersion:  {1, 0x84},
		mqttID:       {2, 0x85},
		mqttDeclined: {3, 0x80, 0x81, 0x82, 0x83, 0x88, 0x89, 0x8a, 0x90, 0x95, 0x97, 0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9f},
	}
	known := 0
	for answer, codes := range want {
		for _, c := range codes {
			a := connack{Code: c}
			if a.answer() != answer {
				t.Errorf("code %#x: got answer %d, want %d", c, a.answer(), answer)
			}
			if a.name() == "unknown return code" {
				t.Errorf("code %#x has no name", c)
			}
			known++
		}
	}
	for c := range 256 {
		if (connack{Code: byte(c)}).name() != "unknown return code" {
			known--
		}
	}
	if known != 0 {
		t.Errorf("%d codes have a name and no row in this test", -known)
	}
	if a := (connack{Code: 77}); a.answer() != mqttDeclined {
		t.Errorf("code 77: got answer %d, want %d", a.answer(), mqttDeclined)
	}
}

// deafPeer is a peer that has said in already and swallows what it is told.
type deafPeer struct {
	io.Reader
	sent bytes.Buffer
	err  error
}

func (p *deafPeer) Write(b []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	return p.sent.Write(b)
}

func TestConverse(t *testing.T) {
	for name, tt := range map[string]struct {
		in    io.Reader
		write error
		want  byte
		head  string
		err   error
	}{
		"whole":                  {in: strings.NewReader("\x20\x02\x00\x05"), want: 5, head: "\x20\x02\x00\x05"},
		"byte by byte":           {in: oneByte{strings.NewReader("\x20\x02\x00\x05")}, want: 5, head: "\x20\x02\x00\x05"},
		"hung up":                {in: strings.NewReader(""), err: io.EOF},
		"hung up in the middle":  {in: strings.NewReader("\x20\x02"), head: "\x20\x02", err: io.EOF},
		"endless":                {in: endless('x'), head: strings.Repeat("x", headSize), err: errNotMQTT},
		"said no before we came": {in: strings.NewReader("\x20\x02\x00\x03"), write: io.ErrClosedPipe, want: 3, head: "\x20\x02\x00\x03"},
		"greets before we came":  {in: strings.NewReader("220 mail"), write: io.ErrClosedPipe, head: "220 mail", err: errNotMQTT},
	} {
		t.Run(name, func(t *testing.T) {
			p := &deafPeer{Reader: tt.in, err: tt.write}
			a, head, err := converse(p, mqtt311, "")
			if !errors.Is(err, tt.err) || a.Code != tt.want || string(head) != tt.head {
				t.Errorf("got %+v, %q, %v, want code %d, %q, %v", a, head, err, tt.want, tt.head, tt.err)
			}
			if tt.write == nil && p.sent.String() != string(connectPacket(mqtt311, "")) {
				t.Errorf("sent %q", p.sent.String())
			}
		})
	}
}

// oneByte reads one byte at a time.
type oneByte struct{ r io.Reader }

func (o oneByte) Read(b []byte) (int, error) { return o.r.Read(b[:min(1, len(b))]) }

// endless never stops saying one character.
type endless byte

func (e endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(e)
	}
	return len(b), nil
}

func FuzzParseConnack(f *testing.F) {
	for _, s := range []string{
		"", "\x20", "\x20\x02\x00\x00", "\x20\x02\x00\x05", "\x20\xff\xff\xff\x7f", "HTTP/1.1 400\r\n",
		"\x20\x0b\x00\x87\x08\x21\x00\x09\x1f\x00\x02no", "\x20\x0f\x00\x87\x0c\x26\x00\x01a\x00\x01b\x1f\x00\x02no", "\x20\x80\x80\x80\x00\x00",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		whole, err := parseConnack(b)
		// Whatever the peer's rhythm, the verdict is that of the whole.
		for i := range min(len(b), 64) {
			part, perr := parseConnack(b[:i])
			switch {
			case errors.Is(perr, errMore):
			case errors.Is(perr, errNotMQTT) && !errors.Is(err, errNotMQTT):
				t.Fatalf("%d bytes of %q are refused, all of them are not", i, b)
			case perr == nil && (err != nil || part != whole):
				t.Fatalf("%d bytes of %q read as %+v, all of them as %+v, %v", i, b, part, whole, err)
			}
		}
		if errors.Is(err, errMore) && len(b) >= 5+mqttMaxRemaining {
			t.Fatalf("%d bytes and still waiting", len(b))
		}
		if len(whole.Reason)+len(whole.Other) > mqttMaxRemaining {
			t.Fatalf("texts of %d bytes", len(whole.Reason)+len(whole.Other))
		}
	})
}
