package wire

import (
	"encoding/binary"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// systemFiles are those that tell what listens.
func systemFiles() fs.FS { return os.DirFS("/") }

// Parts of the kernel's inet_diag.h: a question about sockets and its answer.
const (
	diagBySockets = 20 // SOCK_DIAG_BY_FAMILY
	diagOnly6     = 11 // INET_DIAG_SKV6ONLY
	diagAsk       = 56 // bytes of inet_diag_req_v2
	diagAnswer    = 72 // bytes of inet_diag_msg
	tcpListen     = 10
)

// maxDiag bounds the answers read.
const maxDiag = 64

// Only6 are the ports whose IPv6 listeners take no IPv4: no file tells, the
// kernel does when asked, without any right. Nothing where it does not answer.
func Only6() []uint16 {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return nil
	}
	defer func() { _ = unix.Close(fd) }()
	_ = unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 1})
	ask := make([]byte, unix.NLMSG_HDRLEN+diagAsk)
	binary.NativeEndian.PutUint32(ask, uint32(len(ask)))
	binary.NativeEndian.PutUint16(ask[4:], diagBySockets)
	binary.NativeEndian.PutUint16(ask[6:], unix.NLM_F_REQUEST|unix.NLM_F_DUMP)
	body := ask[unix.NLMSG_HDRLEN:]
	body[0], body[1] = unix.AF_INET6, unix.IPPROTO_TCP
	binary.NativeEndian.PutUint32(body[4:], 1<<tcpListen)
	if unix.Sendto(fd, ask, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}) != nil {
		return nil
	}
	var out []uint16
	buf := make([]byte, 32<<10)
	for range maxDiag {
		n, _, err := unix.Recvfrom(fd, buf, 0)
		if err != nil {
			return out
		}
		ports, done := parseDiag(buf[:n])
		if out = append(out, ports...); done {
			break
		}
	}
	return out
}

// parseDiag reads one packet of answers; done is true with the last.
func parseDiag(b []byte) (ports []uint16, done bool) {
	for len(b) >= unix.NLMSG_HDRLEN {
		size := int(binary.NativeEndian.Uint32(b))
		if size < unix.NLMSG_HDRLEN || size > len(b) {
			return ports, true
		}
		if kind := binary.NativeEndian.Uint16(b[4:]); kind != diagBySockets {
			return ports, true // NLMSG_DONE or an error
		}
		if msg := b[unix.NLMSG_HDRLEN:size]; len(msg) >= diagAnswer && only6(msg[diagAnswer:]) {
			ports = append(ports, binary.BigEndian.Uint16(msg[4:]))
		}
		b = b[min((size+3)&^3, len(b)):]
	}
	return ports, false
}

// only6 looks for the attribute of IPV6_V6ONLY.
func only6(attrs []byte) bool {
	for len(attrs) >= 4 {
		size := int(binary.NativeEndian.Uint16(attrs))
		if size < 4 || size > len(attrs) {
			return false
		}
		if binary.NativeEndian.Uint16(attrs[2:]) == diagOnly6 && size > 4 {
			return attrs[4] == 1
		}
		attrs = attrs[min((size+3)&^3, len(attrs)):]
	}
	return false
}
