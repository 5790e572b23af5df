package check

import (
	"context"
	"errors"
	"io"
	"net"
	"strconv"
)

// mqttProbe proves that a broker answers: over TCP, in TLS, in a WebSocket, or
// in a WebSocket in TLS. It sends no login; a broker that asks for one is reached.
type mqttProbe struct{ tls, ws bool }

// line is a way to a broker.
type line struct {
	net.Conn
	rw io.ReadWriter // what carries MQTT: the connection or the WebSocket on it
	ws *wsConn       // nil without a WebSocket
}

// hangUp takes leave as each layer wants it, and does not wait for an answer.
func (l *line) hangUp(accepted bool) {
	if accepted {
		_, _ = l.rw.Write(disconnectPacket())
	}
	if l.ws != nil && !l.ws.last {
		_ = l.ws.bye()
	}
	_ = l.Close()
}

func (p mqttProbe) Run(ctx context.Context, env Env, lim Limits, to Target) Result {
	l, res := p.connect(ctx, env, lim, to)
	if l == nil {
		return res
	}
	progress(env, MQTTSilent)
	layer := peer("mqtt", l)
	start := env.Now()
	inner, cancel := context.WithTimeout(ctx, lim.MQTT)
	defer cancel()

	level, id := byte(mqtt311), ""
	var v Result
	for {
		stop := bound(inner, l)
		a, head, err := converse(l.rw, level, id)
		if err != nil {
			v.noConnack(ctx, head, err)
		} else {
			v.connack(a, level)
		}
		l.hangUp(err == nil && a.answer() == mqttAccepted)
		stop()
		again := err == nil
		switch {
		case !again:
		case a.answer() == mqttVersion && level == mqtt311:
			level = mqtt5
		case a.answer() == mqttID && id == "":
			id = "sopsfirewall" + strconv.Itoa(int(to.Port)) // one per flow: two of a name end each other's session
		default:
			again = false
		}
		if !again {
			break
		}
		// A broker hangs up when it refuses: the other try needs its own connection.
		next, second := p.connect(inner, env, lim, to)
		res.finally(second)
		if next == nil {
			break // the refusal stands
		}
		l = next
	}
	layer.Took = env.Now().Sub(start)
	res.conclude(layer, v)
	return res
}

// connect opens a connection and puts the layers below MQTT on it. The line is
// nil if that failed; the Result then says why.
func (p mqttProbe) connect(ctx context.Context, env Env, lim Limits, to Target) (*line, Result) {
	c, res := p.carrier(ctx, env, lim, to)
	if c == nil {
		return nil, res
	}
	if !p.ws {
		return &line{Conn: c, rw: c}, res
	}
	return p.upgrade(ctx, env, lim, c, to, res)
}

// carrier opens a connection, and TLS in it where the kind has it.
func (p mqttProbe) carrier(ctx context.Context, env Env, lim Limits, to Target) (net.Conn, Result) {
	c, res := open(ctx, env, lim, to)
	if c != nil && p.tls {
		c = secure(ctx, env, lim, c, to, &res)
	}
	return c, res
}

// connack makes the Result tell what the broker answered. To ask for a login
// is what a broker should do, and proves the way to it.
func (r *Result) connack(a connack, level byte) {
	*r = Result{}
	said := strconv.Itoa(int(a.Code)) + " " + a.name()
	if level == mqtt5 {
		said += " (MQTT 5)"
	}
	r.fact("status", said)
	r.fact("banner", a.Reason)
	r.fact("location", a.Other)
	switch a.answer() {
	case mqttAccepted:
		r.pass()
	case mqttLogin:
		r.Status, r.Code = Pass, MQTTLogin
	default:
		r.note(MQTTRefused)
	}
}

// noConnack makes the Result tell what came instead of an answer.
func (r *Result) noConnack(ctx context.Context, head []byte, err error) {
	switch {
	case r.Status == Note: // an earlier try was refused, and that stands
	case errors.Is(err, errNotMQTT), errors.Is(err, errWSFrame):
		r.stranger(MQTTNotMQTT, head)
	default:
		r.lost(ctx, err, endings{MQTTSilent, MQTTClosed, MQTTReset})
	}
}
