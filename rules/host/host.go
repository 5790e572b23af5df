// Package host tells what stands on this computer itself: what listens on its
// ports, what Docker publishes, which firewall of its own is at work. It reads
// files that every user may read; what they do not tell is unknown, never guessed.
//
//	/proc/net/tcp, tcp6 ------------+
//	/proc/<n>/cmdline --------------+--Stand--> Standing --At(port)--> Port
//	/etc/docker, /run --------------+
//	/etc/ufw, systemd, /proc/modules --Shields--> Firewall
package host

import (
	"bufio"
	"io"
	"io/fs"
	"net/netip"
	"slices"
)

// Standing is what stands on this computer. The zero value knows nothing.
type Standing struct {
	Listed    bool // the system tells what listens
	Listeners []Listener
	Docker    Docker
	Own       []netip.Addr // this computer's addresses; the caller fills it

	programs [][]string // command lines of what runs
	seen     bool       // those of others too
}

// Mine tells whether an address is one of this computer.
func (s Standing) Mine(a netip.Addr) bool { return slices.Contains(s.Own, a.Unmap().WithZone("")) }

// Stand reads the system's files below root; nil is a system without any. only6
// are the ports whose IPv6 listeners take no IPv4, where somebody else knows it.
func Stand(root fs.FS, only6 []uint16) Standing {
	s := Standing{Docker: Docker{State: DockerUnknown}}
	if root == nil {
		return s
	}
	s.programs, s.seen = programs(root)
	s.Listeners, s.Listed = listeners(root, only6)
	if s.seen {
		s.Docker = docker(root, s.programs)
	}
	return s
}

// Bounds of what is read, in bytes: listening sockets come first in their table.
const (
	maxTable = 1 << 20
	maxSmall = 64 << 10
)

// read is a small text file; what is missing is empty.
func read(root fs.FS, name string, limit int64) (data []byte, ok bool) {
	f, err := root.Open(name)
	if err != nil {
		return nil, false
	}
	defer func() { _ = f.Close() }()
	data, err = io.ReadAll(io.LimitReader(f, limit))
	return data, err == nil
}

// lines calls f with every line of a file, as far as limit; false when there is none.
func lines(root fs.FS, name string, limit int64, f func(string)) bool {
	file, err := root.Open(name)
	if err != nil {
		return false
	}
	defer func() { _ = file.Close() }()
	sc := bufio.NewScanner(io.LimitReader(file, limit))
	for sc.Scan() {
		f(sc.Text())
	}
	return sc.Err() == nil
}

// exists tells whether there is such a file, without looking into it.
func exists(root fs.FS, name string) bool {
	_, err := fs.Lstat(root, name)
	return err == nil
}
