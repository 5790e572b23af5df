package main

import (
	"context"
	"errors"
	"image"
	"image/color"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// TestWalkPhone reads the QR code off the wizard's screen and opens it as a
// phone does: with Wi-Fi on it proves nothing, with mobile data the row turns
// green, once.
func TestWalkPhone(t *testing.T) {
	l := newLab(t)
	l.sopsDown()
	l.rules(l.router, routerRules{
		pre:  portForwards + strings.ReplaceAll(portForwards, `iifname "wan"`, `iifname "lan" ip daddr `+l.public),
		post: `ip saddr 192.168.50.0/24 ip daddr 192.168.50.10 masquerade;`,
	})
	m := l.toProof()
	m.key("g")
	m.see("with Wi-Fi off", "http://"+l.domain)
	url := m.qr()
	if !strings.HasPrefix(url, "http://"+l.domain+":") || !strings.Contains(m.screen(), url) {
		t.Fatalf("the QR code says %q, and the screen:\n%s", url, m.screen())
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(url, "http://"), ":")
	port, _, _ = strings.Cut(port, "/")
	m.key("g")

	for range 2 { // from inside it is not used up
		if page, err := l.browse(l.device, url); err != nil || !strings.Contains(page, "Switch Wi-Fi off") {
			t.Errorf("inside: %v, %q", err, page)
		}
	}
	m.sees(`\[ \?  \] [0-9.+]+ +TCP ` + port + ` +the test came from inside`)
	page, err := l.browse(l.outside, url)
	if err != nil || !strings.Contains(page, "reached the server from outside") || strings.ContainsAny(page, "{}~") {
		t.Errorf("outside: %v, %q", err, page)
	}
	m.sees(`\[ ok \] [0-9.+]+ +TCP ` + port + ` +a phone, from 203\.0\.113\.226 \(one-way proof\)`)
	if page, err := l.browse(l.outside, url); err == nil {
		t.Errorf("a second time: %q", page)
	}
	if page, err := l.browse(l.outside, strings.Replace(url, ":"+port+"/", ":443/", 1)); err == nil {
		t.Errorf("on another port: %q", page)
	}
	m.key(esc)
	m.sees(port + ` .*\[ ok \].*one way`)
	m.key("\x03\x03")
	m.end()
}

// browse opens an address in a namespace, with curl where there is one.
func (c *customer) browse(ns, url string) (page string, err error) {
	if _, err := exec.LookPath("curl"); err == nil {
		out, err := c.in(ns, "curl", "-sS", "--max-time", "10", url).CombinedOutput()
		return string(out), err
	}
	dial := func(ctx context.Context, network, addr string) (conn net.Conn, err error) {
		_, port, _ := net.SplitHostPort(addr)
		c.net.Inside(ns, func() { conn, err = new(net.Dialer).DialContext(ctx, network, net.JoinHostPort(c.public, port)) })
		return conn, err
	}
	req, err := http.NewRequestWithContext(c.net.T.Context(), http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	r, err := (&http.Client{Transport: &http.Transport{DialContext: dial}, Timeout: 10 * time.Second}).Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = r.Body.Close() }()
	b, err := io.ReadAll(r.Body)
	if r.StatusCode != http.StatusOK {
		err = errors.New(r.Status)
	}
	return string(b), err
}

// qr reads the code on the screen as a camera does.
func (m *console) qr() string {
	m.t.Helper()
	const scale = 4
	lines := strings.Split(m.screen(), "\n")
	img := image.NewGray(image.Rect(0, 0, (m.cols+8)*scale, (2*len(lines)+8)*scale))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	dark := func(x, y int) {
		for i := range scale * scale {
			img.SetGray((x+4)*scale+i%scale, (y+4)*scale+i/scale, color.Gray{})
		}
	}
	for y, line := range lines {
		for x, r := range []rune(line) {
			if r == '\u2588' || r == '\u2580' {
				dark(x, 2*y)
			}
			if r == '\u2588' || r == '\u2584' {
				dark(x, 2*y+1)
			}
		}
	}
	bmp, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		m.t.Fatal(err)
	}
	got, err := qrcode.NewQRCodeReader().Decode(bmp, nil)
	if err != nil {
		m.t.Fatalf("%v:\n%s", err, m.screen())
	}
	return got.GetText()
}
