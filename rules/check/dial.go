package check

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"
)

// tried is how connecting over one family ended.
type tried struct {
	conn   net.Conn // nil when it failed
	layer  Layer
	device string // who answered instead of the target
	tries  int
	err    error
	facts  []string // more evidence, keys and values in turn
}

// attempt is one socket's outcome.
type attempt struct {
	n    int
	conn net.Conn
	err  error
	took time.Duration
}

// manyAddrs is how many addresses of one family are tried.
const manyAddrs = 4

// dialFamily connects to the first of the addresses that answers. It starts
// with one socket; fresh ones follow only while nothing came back, on the
// other addresses in turn, and at lim.Second comes the second look: silence
// is believed only when that stays silent too.
func dialFamily(ctx context.Context, env Env, lim Limits, addrs []netip.Addr, port uint16) tried {
	row := ctx
	addrs = addrs[:min(len(addrs), manyAddrs)]
	d := dialing{env: env, addrs: addrs, port: port, start: env.Now(), errs: map[int]attempt{}}
	ctx, err := reserve(ctx, env, addrs[0])
	if err != nil {
		return d.unproven()
	}
	d.start = env.Now()
	ctx, cancel := context.WithTimeout(ctx, lim.TCP)
	var wg sync.WaitGroup
	ch := make(chan attempt, 16)
	defer func() { // late connections are closed, nothing stays behind
		cancel()
		wg.Wait()
		close(ch)
		for a := range ch {
			if a.conn != nil {
				_ = a.conn.Close()
			}
		}
	}()
	d.launch = func(n int, extra bool) context.CancelFunc {
		one, stop := context.WithCancel(context.WithValue(ctx, extraSocket{}, extra))
		to := netip.AddrPortFrom(d.addr(n), port)
		wg.Go(func() {
			defer stop()
			began := env.Now()
			c, err := env.Dial(one, tcp(to.Addr()), to)
			ch <- attempt{n, c, err, env.Now().Sub(began)}
		})
		return stop
	}
	trails := make(chan trail, 1)
	looking := false
	d.look = func() {
		if looking = traces(env); looking {
			wg.Go(func() { trails <- locate(ctx, env, lim, tcp(addrs[0]), netip.AddrPortFrom(addrs[0], port), nil) })
		}
	}
	t := d.run(ctx, lim, ch)
	if looking && t.conn == nil && t.layer.Code == TCPSilent {
		d.located(&t, <-trails)
	}
	d.absent(&t)
	if t.conn == nil && t.layer.Code == TCPSilent && row.Err() != nil && (!errors.Is(context.Cause(row), errEnough) || t.layer.Took < lim.Early/2) {
		return d.unproven() // it was cut short
	}
	return t
}

// errEnough ends the look at a family that is not needed: what was seen so far counts.
var errEnough = errors.New("enough was seen")

// unproven is the end of a connection that had no time of its own.
func (d *dialing) unproven() tried {
	return tried{err: context.DeadlineExceeded, tries: len(d.stops), layer: Layer{
		Name: "tcp", Family: d.family(), Status: Unproven, Code: CheckTimeout, Took: d.env.Now().Sub(d.start), Address: d.peer(0),
	}}
}

// dialing is the state of dialFamily.
type dialing struct {
	env    Env
	addrs  []netip.Addr
	port   uint16
	start  time.Time
	launch func(n int, extra bool) context.CancelFunc
	look   func() // starts to look how far packets get
	stops  []context.CancelFunc
	errs   map[int]attempt // the first definite error of each address, by its index
}

func (d *dialing) addr(n int) netip.Addr { return d.addrs[n%len(d.addrs)] }

// extraSocket is the context's key for a socket that is opened only if the
// bounds have room for it; the others wait for room.
type extraSocket struct{}

func (d *dialing) next(extra bool) { d.stops = append(d.stops, d.launch(len(d.stops), extra)) }

func (d *dialing) run(ctx context.Context, lim Limits, ch <-chan attempt) tried {
	waits := []time.Duration{lim.Hedge1, lim.Hedge2, lim.Second, lim.Second + lim.Hedge1}
	d.next(false)
	timer := time.NewTimer(waits[0])
	defer timer.Stop()
	early := time.NewTimer(lim.Early)
	defer early.Stop()
	for {
		select {
		case <-early.C:
			if len(d.errs) == 0 {
				d.look()
			}
		case <-ctx.Done():
			return d.failed(context.DeadlineExceeded)
		case <-timer.C:
			was := waits[0]
			waits = waits[1:]
			if len(waits) > 0 {
				timer.Reset(waits[0] - was)
			}
			if was == lim.Second { // it takes the place of the hedges; the first socket waits for ARP and ICMP
				for _, stop := range d.stops[1:] {
					stop()
				}
			}
			d.next(was != lim.Second)
		case a := <-ch:
			if a.err == nil {
				return d.connected(a)
			}
			if isTimeout(a.err) {
				continue
			}
			i := a.n % len(d.addrs)
			if _, known := d.errs[i]; !known {
				d.errs[i] = a
			}
			if len(d.errs) == len(d.addrs) {
				return d.failed(a.err)
			}
			if len(d.stops) < len(d.addrs) {
				d.next(false)
			}
		}
	}
}

func (d *dialing) family() Family {
	if d.addrs[0].Unmap().Is4() {
		return 4
	}
	return 6
}

func (d *dialing) connected(a attempt) tried {
	took := d.env.Now().Sub(d.start)
	l := Layer{Name: "tcp", Family: d.family(), Status: Pass, Took: took, Address: d.peer(a.n)}
	if len(d.addrs) == 1 && a.n > 0 || a.n == 0 && took > lostSYN {
		l.Status, l.Code = Note, TCPLossy
	}
	return tried{conn: a.conn, layer: l, tries: len(d.stops)}
}

// lostSYN is the time after which a connection came from the second SYN, which
// is sent after one second.
const lostSYN = 950 * time.Millisecond

func (d *dialing) peer(n int) string {
	return net.JoinHostPort(d.addr(n).String(), strconv.Itoa(int(d.port)))
}

// located adds to a silent connection how far its packets got, or who said no
// to one of them.
func (d *dialing) located(t *tried, found trail) {
	if found.stop != nil {
		if code := icmp(found.stop, d.addrs[0]); code != TCPRefused {
			t.layer.Code, t.device, t.err = code, found.stop.Device.String(), found.stop
			return
		}
	}
	t.facts = found.facts(d.env)
}

// absent names the device of this network that is not there. The kernel tells
// that after 3.07 s, which may be too late for the row.
func (d *dialing) absent(t *tried) {
	n, ok := unwrapEnv(d.env).(interface {
		Absent(to netip.Addr) (who netip.Addr, known bool)
	})
	if !ok || t.conn != nil || t.layer.Code != TCPSilent && t.layer.Code != TCPLANAbsent {
		return
	}
	to, err := netip.ParseAddrPort(t.layer.Address)
	if err != nil || t.layer.Code == TCPSilent && t.layer.Took < arpGives {
		return
	}
	who, known := n.Absent(to.Addr())
	if !known {
		return
	}
	t.layer.Code = TCPLANAbsent
	t.facts = []string{"device", who.String()}
	if who != to.Addr() {
		t.facts = append(t.facts, "variant", "gateway")
	}
}

// blame finds out who it is that refuses or rejects the connection.
func (t *tried) blame(ctx context.Context, env Env, lim Limits) {
	var pe *PathError
	named := errors.As(t.err, &pe)
	to, err := netip.ParseAddrPort(t.layer.Address)
	if err != nil || ctx.Err() != nil {
		return
	}
	switch {
	case t.layer.Code == TCPRefused && !named:
		if device := onTheWay(ctx, env, lim, to); device.IsValid() {
			t.device = device.String()
			t.facts = []string{"variant", cmp.Or(role(ctx, env, lim, t.device, to), "way")}
		}
	case t.layer.Code == TCPBlockedBy, t.layer.Code == TCPNoHost:
		t.facts = []string{"variant", role(ctx, env, lim, t.device, to)}
		if named && t.device != thisComputer {
			t.facts = append(t.facts, "icmp", icmpName(pe, to.Addr()))
		}
	}
}

// failed tells the reason with the most evidence in it.
func (d *dialing) failed(err error) tried {
	t := tried{err: err, tries: len(d.stops), layer: Layer{
		Name: "tcp", Family: d.family(), Status: Fail, Code: TCPSilent, Took: d.env.Now().Sub(d.start), Address: d.peer(0),
	}}
	rank := []Code{TCPBlockedBy, TCPRefused, TCPLANAbsent, TCPNoHost, TCPNoRoute, TCPError}
	best := len(rank)
	for i := range d.addrs {
		a, ok := d.errs[i]
		if !ok {
			continue
		}
		code, device := reason(a.err, d.addr(a.n), a.took)
		if r := slices.Index(rank, code); r >= 0 && r < best {
			best = r
			t.layer.Code, t.layer.Address, t.device, t.err = code, d.peer(a.n), device, a.err
		}
	}
	return t
}
