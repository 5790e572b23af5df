package proof

import (
	"bufio"
	"html"
	"io"
	"net"
	"strings"

	"github.com/syncsign/sops-firewall/rules/check"
)

// PhonePage is what a phone gets to see, in plain words: no script, no link, no
// redirect. Outside and Inside are a title and a text each.
type PhonePage struct {
	Outside, Inside [2]string
}

const pageHead = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"

// answer is the whole answer to a phone that was seen there.
func (p PhonePage) answer(seen check.Seen) string {
	say := p.Outside
	if seen == check.SeenInside {
		say = p.Inside
	}
	title, text := html.EscapeString(say[0]), html.EscapeString(say[1])
	return pageHead + "<!doctype html><meta name=viewport content='width=device-width'><title>" + title + "</title><h1>" + title + "</h1><p>" + text + "\n"
}

// page answers a phone that brings the token of this port.
func (w *serving) page(r *bufio.Reader, c net.Conn, at Port, seen check.Seen) bool {
	line, err := r.ReadString('\n')
	if err != nil {
		return false
	}
	f := strings.Fields(line)
	if len(f) != 3 || f[0] != "GET" || !strings.HasPrefix(f[2], "HTTP/1.") {
		return false
	}
	for { // to the end of the header, so that closing does not reset the line
		h, err := r.ReadString('\n')
		if err != nil {
			return false
		}
		if strings.TrimRight(h, "\r\n") == "" {
			break
		}
	}
	if !w.s.phone(strings.TrimPrefix(f[1], "/"), at, seen) {
		return false
	}
	_, err = io.WriteString(c, w.html.answer(seen))
	return err == nil
}
