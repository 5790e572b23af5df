package check

import (
	"encoding/binary"
	"errors"
	"io"
)

// The protocol levels of CONNECT.
const (
	mqtt311 = 4
	mqtt5   = 5
)

const (
	mqttMaxRemaining = 1024 // of a CONNACK: a reason string and a few properties, no more
	mqttKeepAlive    = 10   // seconds; a broker forgets us soon if our DISCONNECT is lost
)

var (
	errMore    = errors.New("more bytes needed")
	errNotMQTT = errors.New("not an MQTT answer")
)

// connectPacket is a CONNECT with a clean session and no login.
func connectPacket(level byte, id string) []byte {
	body := []byte{0, 4, 'M', 'Q', 'T', 'T', level, 0x02, 0, mqttKeepAlive}
	if level == mqtt5 {
		body = append(body, 0) // no properties
	}
	body = binary.BigEndian.AppendUint16(body, uint16(len(id)))
	body = append(body, id...)
	return append([]byte{0x10, byte(len(body))}, body...)
}

// disconnectPacket ends a session of either level without a will.
func disconnectPacket() []byte { return []byte{0xe0, 0} }

// connack is what a broker answered.
type connack struct {
	Code   byte
	Reason string // the broker's own words (MQTT 5), not cleaned
	Other  string // the server it names instead (MQTT 5), not cleaned
}

// parseConnack reads a CONNACK at the start of b. It returns errMore while b
// is a true beginning of one and errNotMQTT as soon as it cannot be. Both
// levels look alike here: a broker may refuse 3.1.1 in the words of MQTT 5.
func parseConnack(b []byte) (connack, error) {
	if len(b) == 0 {
		return connack{}, errMore
	}
	if b[0] != 0x20 {
		return connack{}, errNotMQTT
	}
	rest, n, err := varint(b[1:])
	if err != nil {
		return connack{}, err
	}
	if rest < 2 || rest > mqttMaxRemaining {
		return connack{}, errNotMQTT
	}
	b = b[1+n:]
	if len(b) > 0 && b[0] > 1 {
		return connack{}, errNotMQTT
	}
	if len(b) < rest {
		return connack{}, errMore
	}
	a := connack{Code: b[1]}
	a.Reason, a.Other = connackTexts(b[2:rest])
	return a, nil
}

// varint reads MQTT's variable byte integer: at most four bytes, seven bits each.
func varint(b []byte) (value, n int, err error) {
	for n < 4 {
		if n == len(b) {
			return 0, 0, errMore
		}
		value |= int(b[n]&0x7f) << (7 * n)
		n++
		if b[n-1] < 0x80 {
			return value, n, nil
		}
	}
	return 0, 0, errNotMQTT
}

// connackTexts finds the reason string and the server reference among the
// properties of an MQTT 5 CONNACK. What is malformed ends the search: the
// return code before it stands.
func connackTexts(b []byte) (reason, other string) {
	size, n, err := varint(b)
	if err != nil || size > len(b)-n {
		return "", ""
	}
	for b = b[n : n+size]; len(b) > 0; {
		id := b[0]
		b = b[1:]
		var skip int
		switch id {
		case 0x24, 0x25, 0x28, 0x29, 0x2a:
			skip = 1
		case 0x13, 0x21, 0x22:
			skip = 2
		case 0x11, 0x27:
			skip = 4
		case 0x12, 0x15, 0x16, 0x1a, 0x1c, 0x1f, 0x26:
			fields := 1
			if id == 0x26 { // a user property is a pair
				fields = 2
			}
			for range fields {
				if len(b) < 2 || len(b) < 2+int(binary.BigEndian.Uint16(b)) {
					return reason, other
				}
				text := b[2 : 2+binary.BigEndian.Uint16(b)]
				b = b[2+len(text):]
				switch id {
				case 0x1f:
					reason = string(text)
				case 0x1c:
					other = string(text)
				}
			}
		default:
			return reason, other
		}
		if len(b) < skip {
			return reason, other
		}
		b = b[skip:]
	}
	return reason, other
}

// mqttAnswer is the meaning of a return code for a firewall check.
type mqttAnswer int

const (
	mqttAccepted mqttAnswer = iota
	mqttLogin               // it wants a user name, as it should
	mqttVersion             // it does not speak this level
	mqttID                  // it wants another client identifier
	mqttDeclined            // it declines for a reason of its own
)

// answer sorts the return codes of both levels. A broker that only knows
// MQTT 5 may use its codes (128 and up) in an answer to 3.1.1.
func (a connack) answer() mqttAnswer {
	switch a.Code {
	case 0:
		return mqttAccepted
	case 4, 5, 0x86, 0x87, 0x8c:
		return mqttLogin
	case 1, 0x84:
		return mqttVersion
	case 2, 0x85:
		return mqttID
	}
	return mqttDeclined
}

// name is the specification's name of the return code, for the evidence.
func (a connack) name() string {
	switch a.Code {
	case 0:
		return "accepted"
	case 1, 0x84:
		return "unsupported protocol version"
	case 2, 0x85:
		return "identifier rejected"
	case 3, 0x88:
		return "server unavailable"
	case 4, 0x86:
		return "bad user name or password"
	case 5, 0x87:
		return "not authorised"
	case 0x80:
		return "unspecified error"
	case 0x81:
		return "malformed packet"
	case 0x82:
		return "protocol error"
	case 0x83:
		return "implementation specific error"
	case 0x89:
		return "server busy"
	case 0x8a:
		return "banned"
	case 0x8c:
		return "bad authentication method"
	case 0x90:
		return "topic name invalid"
	case 0x95:
		return "packet too large"
	case 0x97:
		return "quota exceeded"
	case 0x99:
		return "payload format invalid"
	case 0x9a:
		return "retain not supported"
	case 0x9b:
		return "QoS not supported"
	case 0x9c:
		return "use another server"
	case 0x9d:
		return "server moved"
	case 0x9f:
		return "connection rate exceeded"
	}
	return "unknown return code"
}

// converse sends a CONNECT and reads the answer, at most 5 + 1024 bytes of it.
// head is the beginning of what came, whatever it was. The caller bounds the time.
func converse(rw io.ReadWriter, level byte, id string) (a connack, head []byte, err error) {
	if _, err = rw.Write(connectPacket(level, id)); err != nil {
		// The peer may have said why before it hung up: read on, the write error stands.
		b := make([]byte, headSize)
		n, _ := rw.Read(b)
		a, perr := parseConnack(b[:n])
		if errors.Is(perr, errMore) {
			perr = err
		}
		return a, b[:n], perr
	}
	var buf [5 + mqttMaxRemaining]byte
	for n := 0; n < len(buf); {
		var more int
		more, err = rw.Read(buf[n:])
		n += more
		head = buf[:min(n, headSize)]
		a, perr := parseConnack(buf[:n])
		if perr == nil || !errors.Is(perr, errMore) {
			return a, head, perr
		}
		if err != nil {
			return connack{}, head, err
		}
	}
	return connack{}, head, errNotMQTT
}
