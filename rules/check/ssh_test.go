package check

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
)

// sshServer is a real SSH server that lets nobody in.
func sshServer(t testing.TB, banner string) func(net.Conn) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	conf := &ssh.ServerConfig{ServerVersion: banner, PasswordCallback: func(ssh.ConnMetadata, []byte) (*ssh.Permissions, error) {
		return nil, errors.New("nobody")
	}}
	conf.AddHostKey(signer)
	return func(c net.Conn) {
		if s, _, _, err := ssh.NewServerConn(c, conf); err == nil {
			_ = s.Close()
		}
	}
}

func TestSSH(t *testing.T) {
	for name, tt := range map[string]struct {
		peer   func(net.Conn)
		status Status
		code   Code
		server string
		banner string
	}{
		"real server":          {sshServer(t, "SSH-2.0-OpenSSH_9.6"), Pass, "", "", "SSH-2.0-OpenSSH_9.6"},
		"after a notice":       {replying("Authorised staff only\r\n\r\nSSH-2.0-x\r\n"), Pass, "", "", "SSH-2.0-x"},
		"waits for us first":   {waitsForSSH, Pass, "", "", "SSH-2.0-behind"},
		"escape in the banner": {replying("SSH-2.0-\x1b]0;owned\x07\x1b[2J\u202e\r\n"), Pass, "", "", "SSH-2.0-]0;owned[2J"},
		"too many guests":      {replying("Exceeded MaxStartups\r\n"), Note, SSHBusy, "", "Exceeded MaxStartups"},
		"penalty":              {saysAndEnds("Not allowed at this time\r\n"), Note, SSHBusy, "", "Not allowed at this time"},
		"silent":               {func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, Fail, SSHSilent, "", ""},
		"hangs up":             {saysAndEnds(""), Fail, SSHClosed, "", ""},
		"resets":               {resetting, Fail, SSHReset, "", ""},
		"a web server":         {replying("HTTP/1.1 400 Bad Request\r\n\r\n"), Fail, SSHNotSSH, "http", "HTTP/1.1 400 Bad Request"},
		"TLS":                  {replying("\x15\x03\x01\x00\x02\x02\x46"), Fail, SSHNotSSH, "tls", ""},
		"a mail server":        {replying("220 mail.example.com ESMTP\r\n"), Fail, SSHNotSSH, "smtp", "220 mail"},
		"floods":               {flooding("x"), Fail, SSHNotSSH, "", "xxx"},
		"floods with lines":    {flooding("x\r\n"), Fail, SSHNotSSH, "", "x x x"},
		"floods with escapes":  {flooding("\x1b[31m\r\n"), Fail, SSHNotSSH, "", "[31m [31m"},
		"drips":                {dripping("a", 'b'), Fail, SSHNotSSH, "", "abb"},
		"drips a version":      {dripping("SSH-2.0-", 'x'), Fail, SSHSilent, "", ""},
		"every byte":           {replying(everyByte()), Fail, SSHNotSSH, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			r := runKind(t, "ssh", peerEnv{}, visitors(t, tt.peer))
			if r.Status != tt.status || r.Code != tt.code || r.Facts["server"] != tt.server || !strings.HasPrefix(r.Facts["banner"], tt.banner) {
				t.Errorf("got %v %q %q, want %v %q from %q saying %q", r.Status, r.Code, r.Facts, tt.status, tt.code, tt.server, tt.banner)
			}
			if took := time.Since(start); took > 3*time.Second {
				t.Errorf("took %v", took)
			}
			wholesome(t, r)
		})
	}
}

// waitsForSSH greets only who greets first, as a port shared by protocols does.
func waitsForSSH(c net.Conn) {
	b := make([]byte, 64)
	if n, err := c.Read(b); err == nil && strings.HasPrefix(string(b[:n]), "SSH-2.0-") {
		_, _ = io.WriteString(c, "SSH-2.0-behind\r\n")
	}
}

// saysAndEnds hears the guest out, says text, and hangs up.
func saysAndEnds(text string) func(net.Conn) {
	return func(c net.Conn) {
		_, _ = c.Read(make([]byte, 256))
		_, _ = io.WriteString(c, text)
	}
}
