package check

import (
	"bytes"
	"errors"
	"io"
)

const (
	sshMaxLines = 20  // lines a server may send before its version
	sshMaxLine  = 255 // bytes of a line, the specification's bound for the version line
)

var errNotSSH = errors.New("not an SSH greeting")

// greeting is how an SSH server introduces itself.
type greeting struct {
	Version string // "SSH-2.0-OpenSSH_9.6", not cleaned
	Lines   int    // lines before it
}

// parseGreeting reads the lines up to the version line at the start of b. It
// returns errMore while b may still become one and errNotSSH once it cannot.
func parseGreeting(b []byte) (greeting, error) {
	for n := 0; ; n++ {
		line, rest, whole := bytes.Cut(b, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		switch {
		case len(line) > sshMaxLine, n > sshMaxLines, bytes.IndexByte(line, 0) >= 0:
			return greeting{}, errNotSSH
		case n == 0 && len(line) >= 5 && spoken(line) != "" && spoken(line) != "ssh":
			return greeting{}, errNotSSH // no need to wait for what a web page says next
		case !whole:
			return greeting{}, errMore
		case bytes.HasPrefix(line, []byte("SSH-")):
			return greeting{Version: string(line), Lines: n}, nil
		}
		b = rest
	}
}

// sshBusy tells whether the text is an OpenSSH server that turns guests away
// before it greets them.
func sshBusy(head []byte) bool {
	return bytes.HasPrefix(head, []byte("Exceeded MaxStartups")) ||
		bytes.HasPrefix(head, []byte("Not allowed at this time"))
}

// readGreeting reads until the version line, at most 21 lines of 257 bytes.
// head is the beginning of what came. The caller bounds the time.
func readGreeting(r io.Reader) (g greeting, head []byte, err error) {
	var buf [(sshMaxLines + 1) * (sshMaxLine + 2)]byte
	for n := 0; n < len(buf); {
		var more int
		more, err = r.Read(buf[n:])
		n += more
		head = buf[:min(n, headSize)]
		g, perr := parseGreeting(buf[:n])
		if perr == nil || !errors.Is(perr, errMore) {
			return g, head, perr
		}
		if err != nil {
			return greeting{}, head, err
		}
	}
	return greeting{}, head, errNotSSH
}
