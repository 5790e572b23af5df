package check

import (
	"bytes"
	"context"
	"net"
	"time"
)

// headSize is how much of an unexpected answer is kept as evidence, in bytes.
const headSize = 96

// spoken names the protocol that b is the beginning of, in lower case; it is
// empty where nobody can tell.
func spoken(b []byte) string {
	is := func(p string) bool { return bytes.HasPrefix(b, []byte(p)) }
	has := func(p string) bool { return bytes.Contains(bytes.ToUpper(b), []byte(p)) }
	switch {
	case is("HTTP/"), is("<!DOCTYPE"), is("<!doctype"), is("<html"), is("<HTML"):
		return "http"
	case is("SSH-"):
		return "ssh"
	case len(b) >= 3 && (b[0] == 0x15 || b[0] == 0x16) && b[1] == 3 && b[2] <= 4:
		return "tls"
	case len(b) >= 4 && b[0] == 0x20 && b[1] >= 2 && b[1] <= 127 && b[2] <= 1 && len(b) <= int(b[1])+2:
		return "mqtt"
	case (is("220 ") || is("220-")) && has("FTP"):
		return "ftp"
	case is("220 "), is("220-"), is("554 "), is("421 "):
		return "smtp"
	case is("* OK"), is("* BYE"):
		return "imap"
	case is("+OK"):
		return "pop3"
	case is("-ERR"), is("-DENIED"), is("-NOAUTH"):
		return "redis"
	case is("RFB "):
		return "vnc"
	case is("AMQP"):
		return "amqp"
	case len(b) >= 4 && b[0] == 3 && b[1] == 0 && b[2] == 0:
		return "rdp"
	case len(b) >= 2 && b[0] == 0xff && b[1] >= 0xfb:
		return "telnet"
	}
	return ""
}

// begins tells whether b is the beginning of what starts with word, however
// little of it has come.
func begins(b []byte, word string) bool {
	n := min(len(b), len(word))
	return string(b[:n]) == word[:n]
}

// bound ends every read and write on c as soon as ctx ends. The caller calls
// stop when it is done with the exchange.
func bound(ctx context.Context, c net.Conn) (stop func() bool) {
	return context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })
}
