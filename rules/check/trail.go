package check

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// tracer may be an Env: it can send packets that do not get far.
type tracer interface {
	// Hop sends a packet of the flow with that time to live and tells what
	// came back: nil from the target, *PathError from a device on the way, a
	// reset, or the context's error for silence. The packet opens the
	// connection; over UDP it is hello, and over TCP hello goes on a
	// connection that is already open.
	Hop(ctx context.Context, network string, to netip.AddrPort, ttl int, hello []byte) error
}

const (
	trailHops  = 18 // networks of a customer end long before
	trailBatch = 6  // hops asked at once
	manyTrails = 5  // rows that look at a time: their packets must not look like a scan
)

// trail is how far the packets of a flow get.
type trail struct {
	hop    int        // the farthest device that answered; 0 means none did
	device netip.Addr // its address; invalid where the system does not tell
	path   map[int]netip.Addr
	ends   int        // hops after which the target, or somebody in its name, answers; 0 means silence
	reset  bool       // that answer is a reset
	stop   *PathError // a device on the way that says no, nil if none did
	proven bool       // other packets to the same address get past hop, these do not
}

// hopReply is what one packet brought back.
type hopReply struct {
	ttl int
	err error
}

// follow sends packets of the flow that go one hop farther each. It ends with
// ctx, and tells what it knows by then. Few look at a time, see shared.trails.
func follow(ctx context.Context, env Env, lim Limits, network string, to netip.AddrPort, hello []byte) trail {
	var t trail
	if !traces(env) {
		return t
	}
	if s := sharedOf(env); s != nil {
		if take(ctx, s.trails, false) != nil {
			return t
		}
		defer func() { <-s.trails }()
	}
	for from := 1; from <= trailHops && ctx.Err() == nil; from += trailBatch {
		heard := false
		for _, r := range hops(ctx, env, lim, network, to, hello, from) {
			heard = t.add(r, to.Addr()) || heard
		}
		if !heard || t.ends > 0 || t.stop != nil {
			break
		}
	}
	return t
}

// hops asks a few hops at once, a little apart.
func hops(ctx context.Context, env Env, lim Limits, network string, to netip.AddrPort, hello []byte, from int) []hopReply {
	asked := make([]hopQuery, trailBatch)
	for i := range asked {
		asked[i] = hopQuery{network, to, from + i, hello}
	}
	return askHops(ctx, env, lim, asked, lim.Pace)
}

// hopQuery is one packet to send.
type hopQuery struct {
	network string
	to      netip.AddrPort
	ttl     int
	hello   []byte
}

// askHops sends the packets one after the other and returns the answers in
// the same order.
func askHops(ctx context.Context, env Env, lim Limits, asked []hopQuery, pace time.Duration) []hopReply {
	out := make([]hopReply, len(asked))
	tr, ok := unwrapEnv(env).(tracer)
	s := sharedOf(env)
	ctx, cancel := context.WithTimeout(ctx, lim.Hop+time.Duration(len(asked))*pace)
	defer cancel()
	var wg sync.WaitGroup
	for i, q := range asked {
		out[i] = hopReply{q.ttl, context.DeadlineExceeded}
		if !ok {
			continue
		}
		wg.Go(func() {
			timer := time.NewTimer(time.Duration(i) * pace)
			defer timer.Stop()
			select {
			case <-ctx.Done():
				return
			case <-timer.C:
			}
			if s != nil {
				if take(ctx, s.sockets, true) != nil {
					return
				}
				defer func() { <-s.sockets }()
			}
			out[i].err = tr.Hop(ctx, q.network, q.to, q.ttl, q.hello)
		})
	}
	wg.Wait()
	return out
}

// add takes one reply; it is false for silence. Replies come in order of the hops.
func (t *trail) add(r hopReply, to netip.Addr) bool {
	var pe *PathError
	device, ended := exceeded(r.err, to)
	switch {
	case t.ends > 0 || t.stop != nil: // what comes after the end says nothing
	case ended:
		if t.path == nil {
			t.path = map[int]netip.Addr{}
		}
		t.hop, t.device, t.path[r.ttl] = r.ttl, device, device
	case errors.As(r.err, &pe) && !pe.Own:
		t.stop = pe
	case r.err == nil, pe == nil && (errors.Is(r.err, syscall.ECONNREFUSED) || errors.Is(r.err, syscall.ECONNRESET)):
		t.ends, t.reset = r.ttl, r.err != nil
	default:
		return false
	}
	return true
}

// exceeded tells whether a device on the way to that address ended the packet.
func exceeded(err error, to netip.Addr) (netip.Addr, bool) {
	var pe *PathError
	if !errors.As(err, &pe) || pe.Own || pe.Device.IsValid() && pe.Device.Unmap() == to.Unmap() {
		return netip.Addr{}, false
	}
	v4 := to.Unmap().Is4()
	return pe.Device, v4 && pe.Type == icmpExceeded || !v4 && pe.Type == icmp6Exceeded
}

// traces tells whether the system can look how far packets get.
func traces(env Env) bool {
	_, ok := unwrapEnv(env).(tracer)
	return ok
}

// others are ports that other packets to an address may go to.
func others(network string, port uint16) []uint16 {
	ports := []uint16{443, 80, 22}
	if strings.HasPrefix(network, "udp") {
		ports = []uint16{33434, 443, 53}
	}
	return slices.DeleteFunc(ports, func(p uint16) bool { return p == port })[:2]
}

// locate is follow for a silent flow: it also asks whether packets to another
// port get past the last device that answered. Without that proof the silence
// may begin behind routers that never answer.
func locate(ctx context.Context, env Env, lim Limits, network string, to netip.AddrPort, hello []byte) trail {
	t := follow(ctx, env, lim, network, to, hello)
	if t.hop == 0 || t.ends > 0 || t.stop != nil || ctx.Err() != nil {
		return t
	}
	// In turn and twice: devices on the way limit how often they answer.
	past := hopQuery{network, to, t.hop + 1, hello}
	var asked []hopQuery
	for _, p := range others(network, to.Port()) {
		asked = append(asked, past, hopQuery{network, netip.AddrPortFrom(to.Addr(), p), t.hop + 1, hello})
	}
	t.proven = true
	for i, r := range askHops(ctx, env, lim, asked, 3*lim.Pace) {
		_, device := exceeded(r.err, to.Addr())
		if i%2 == 0 {
			t.proven = t.proven && isTimeout(r.err)
		} else {
			t.proven = t.proven && (device || !isTimeout(r.err))
		}
	}
	return t
}

// onTheWay finds who resets a connection in the target's name: the reset
// comes from nearer than other packets to the same address get. It is the
// device before that, invalid where the target itself may have answered.
func onTheWay(ctx context.Context, env Env, lim Limits, to netip.AddrPort) netip.Addr {
	if !traces(env) {
		return netip.Addr{}
	}
	ctx, cancel := context.WithTimeout(ctx, lim.Early)
	defer cancel()
	network := tcp(to.Addr())
	t := follow(ctx, env, lim, network, to, nil)
	if !t.reset || t.hop == 0 || t.hop != t.ends-1 {
		return netip.Addr{}
	}
	// Packets to both of two other ports must get farther: one may be a chance of routing.
	var asked []hopQuery
	for _, p := range others(network, to.Port()) {
		asked = append(asked, hopQuery{network, netip.AddrPortFrom(to.Addr(), p), t.ends, nil})
	}
	for _, r := range askHops(ctx, env, lim, asked, lim.Pace) {
		if _, ok := exceeded(r.err, to.Addr()); !ok {
			return netip.Addr{}
		}
	}
	return t.device
}

// facts are the trail as evidence: "hop", "reach", and which words fit.
func (t trail) facts(env Env) []string {
	if t.hop == 0 {
		return nil
	}
	router := t.hop == 1 || ownRouter(env, t.device)
	variant := map[[2]bool]string{{true, true}: "stops-router", {true, false}: "stops", {false, true}: "router"}[[2]bool{t.proven, router}]
	return []string{"hop", strconv.Itoa(t.hop), "reach", t.device.String(), "variant", variant}
}

// ownRouter tells whether a device is this machine's own gateway.
func ownRouter(env Env, device netip.Addr) bool {
	for _, f := range []Family{4, 6} {
		if g := env.Gateway(f); g.IsValid() && g.Unmap().WithZone("") == device.Unmap().WithZone("") {
			return true
		}
	}
	return false
}

// role tells who a device is that said no: "self", "router", or "" for any
// other. A router's IPv6 gateway address is not the one that it answers from,
// so the first hop is asked.
func role(ctx context.Context, env Env, lim Limits, device string, to netip.AddrPort) string {
	if device == thisComputer {
		return "self"
	}
	a, err := netip.ParseAddr(device)
	switch {
	case err != nil:
		return ""
	case ownRouter(env, a):
		return "router"
	case to.Addr().Unmap().Is4() || !traces(env):
		return ""
	}
	for _, r := range askHops(ctx, env, lim, []hopQuery{{tcp(to.Addr()), to, 1, nil}}, 0) {
		if first, ok := exceeded(r.err, to.Addr()); ok && first == a {
			return "router"
		}
	}
	return ""
}
