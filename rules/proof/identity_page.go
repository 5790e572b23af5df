package proof

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
)

// Bounds of a page that is looked at, in bytes.
const (
	pageHeader = 16 << 10
	pageLength = 8 << 10
)

// page asks a web server without TLS for its start page. Its identity is made of
// what stays the same from one answer to the next: the status, who it says it is,
// where it sends one to, and what the page says.
func page(_ context.Context, c net.Conn, name string) (Identity, error) {
	if a, err := netip.ParseAddr(name); err == nil && a.Is6() {
		name = "[" + name + "]"
	}
	if _, err := fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: %s\r\nUser-Agent: sops-firewall\r\nAccept: */*\r\nConnection: close\r\n\r\n", name); err != nil {
		return 0, err
	}
	r, err := http.ReadResponse(bufio.NewReader(io.LimitReader(c, pageHeader+2*pageLength)), nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = r.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(r.Body, pageLength))
	if err != nil {
		return 0, err
	}
	var shown bytes.Buffer
	_, _ = fmt.Fprintf(&shown, "%d\x00%s\x00%s\x00", r.StatusCode, r.Header.Get("Server"), r.Header.Get("Location"))
	shown.Write(body)
	return identityOf(Page, shown.Bytes()), nil
}

// StableIdentity is ServiceIdentity of a service on this computer, asked twice
// where it could change from one answer to the next: such a page is no identity.
func StableIdentity(ctx context.Context, ask func(context.Context) (Identity, error)) (Identity, error) {
	first, err := ask(ctx)
	if err != nil || first.Sort() != Page {
		return first, err
	}
	second, err := ask(ctx)
	if err == nil && second != first {
		err = fmt.Errorf("its page is another one each time: %w", ErrNoIdentity)
	}
	if err != nil {
		return 0, err
	}
	return first, nil
}
