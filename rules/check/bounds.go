package check

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/syncsign/sops-firewall/rules/host"
)

// errNoRoom is the error of an extra socket that the bounds have no room for;
// it counts as silence.
var errNoRoom error = &net.OpError{Op: "dial", Err: context.DeadlineExceeded}

// shared is the Env of one Run: the bounds on sockets and the names already
// looked up are common to all its rows.
type shared struct {
	Env
	lim     Limits
	prover  Prover
	posts   *posts          // of a server, by its own listener
	ctx     context.Context // of the Run: a name is looked up for all rows, not for the first that asks
	sockets chan struct{}
	trails  chan struct{} // rows that look how far their packets get

	mu     sync.Mutex
	doors  map[netip.Addr]*door
	names  flights[names]
	named  atomic.Bool // a name server has answered something
	times  flights[opinion]
	clock  flights[world]
	system flights[[]netip.Addr]
	ask    chan struct{} // names the system is asked for at a time
	pages  flights[witness]
	lines  map[netip.AddrPort]*dnsLine
	stood  sync.Once // stand was read
	stand  host.Standing
	beside sync.WaitGroup // what outlives the row that started it, but not the Run
}

// door is what is under way to one address.
type door struct {
	waiting chan struct{} // a token for each socket that got no answer yet
	last    time.Time     // when the next socket may be opened
	burst   int
}

func newShared(ctx context.Context, env Env, lim Limits) *shared {
	return &shared{
		Env: env, lim: lim, ctx: ctx, sockets: make(chan struct{}, lim.Sockets), trails: make(chan struct{}, manyTrails), ask: make(chan struct{}, manySystem),
		doors: map[netip.Addr]*door{}, lines: map[netip.AddrPort]*dnsLine{},
	}
}

// end closes what the rows shared. The Run's context has ended.
func (s *shared) end() {
	s.mu.Lock()
	for _, l := range s.lines {
		l.close()
	}
	s.mu.Unlock()
	s.beside.Wait()
}

// sharedOf is what the rows of a Run have in common; nil outside of a Run.
func sharedOf(env Env) *shared {
	switch e := env.(type) {
	case *row:
		return e.shared
	case *shared:
		return e
	case quietEnv:
		return sharedOf(e.Env)
	}
	return nil
}

// row is the Env of one row.
type row struct {
	*shared
	at       atomic.Value // Code: where it would stand if nothing more came
	once     sync.Once
	answered chan struct{} // closed once something beyond the connection is asked

	diagnosed atomic.Bool // a first look asks why encryption fails
	proved    sync.Once   // the row brings no proof any more, see posts
}

// progress tells how far a row has got: the reason if nothing more came.
func progress(env Env, silent Code) {
	r, ok := env.(*row)
	if !ok {
		return
	}
	r.at.Store(silent)
	switch silent {
	case DNSSilent, TCPSilent, NTPSilent, GatewaySilent, ClockOpen, InSilent:
	default:
		r.once.Do(func() { close(r.answered) })
	}
}

func (s *shared) cached(ctx context.Context, host string) names {
	n, ok := s.names.do(ctx, host, func() names { return lookupNow(s.ctx, s, s.lim, host) })
	if !ok || n.Addrs == nil && n.Code == "" {
		n.Code = DNSSilent
	}
	return n
}

// room is a place for one socket that somebody waits with, see reserve.
type room struct {
	to    netip.Addr
	taken atomic.Bool
	leave func() // the door
}

type roomKey struct{}

// reserve waits until the bounds allow a socket to the address, and returns a
// context whose next Dial takes that place: the budget of a connection starts
// when it may be opened, or a busy Run would call healthy rows silent.
func (s *shared) reserve(ctx context.Context, to netip.Addr) (context.Context, error) {
	r, err := s.admit(ctx, to, false)
	if err != nil {
		return ctx, err
	}
	return context.WithValue(ctx, roomKey{}, r), nil
}

// reserve is the room for a first socket, where env has bounds.
func reserve(ctx context.Context, env Env, to netip.Addr) (context.Context, error) {
	if s := sharedOf(env); s != nil {
		return s.reserve(ctx, to)
	}
	return ctx, ctx.Err()
}

// admit takes a place among the sockets and one at the door.
func (s *shared) admit(ctx context.Context, to netip.Addr, extra bool) (*room, error) {
	if err := take(ctx, s.sockets, extra); err != nil {
		return nil, err
	}
	d := s.door(to)
	if err := s.enter(ctx, d, extra); err != nil {
		<-s.sockets
		return nil, err
	}
	return &room{to: to, leave: sync.OnceFunc(func() { <-d.waiting })}, nil
}

// Dial waits until the bounds allow another socket.
func (s *shared) Dial(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error) {
	r, _ := ctx.Value(roomKey{}).(*room)
	if r == nil || r.to != to.Addr() || r.taken.Swap(true) {
		extra, _ := ctx.Value(extraSocket{}).(bool)
		var err error
		if r, err = s.admit(ctx, to.Addr(), extra); err != nil {
			return nil, err
		}
	}
	leave := r.leave
	// A silent port must not keep the others of its address waiting.
	t := time.AfterFunc(s.lim.Hedge1, leave)
	c, err := s.Env.Dial(ctx, network, to)
	t.Stop()
	leave()
	if err != nil {
		<-s.sockets
		return nil, err
	}
	return &counted{Conn: c, free: sync.OnceFunc(func() { <-s.sockets })}, nil
}

func (s *shared) door(a netip.Addr) *door {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := s.doors[a]
	if d == nil {
		d = &door{waiting: make(chan struct{}, s.lim.PerTarget)}
		s.doors[a] = d
	}
	return d
}

// enter waits for a place at the door and for the pace.
func (s *shared) enter(ctx context.Context, d *door, extra bool) error {
	if err := take(ctx, d.waiting, extra); err != nil {
		return err
	}
	timer := time.NewTimer(s.pause(d))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		<-d.waiting
		return ctx.Err()
	}
}

// pause is how long the next socket to the address has to wait.
func (s *shared) pause(d *door) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.Now()
	if now.Sub(d.last) > time.Duration(s.lim.Burst)*s.lim.Pace {
		d.burst = s.lim.Burst
	}
	if d.last.Before(now) {
		d.last = now
	}
	if d.burst > 0 {
		d.burst--
		return 0
	}
	d.last = d.last.Add(s.lim.Pace)
	return d.last.Sub(now)
}

func take(ctx context.Context, ch chan struct{}, extra bool) error {
	select {
	case ch <- struct{}{}:
		return nil
	default:
	}
	if extra {
		return errNoRoom
	}
	select {
	case ch <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// counted gives its place back when it is closed.
type counted struct {
	net.Conn
	free func()
}

func (c *counted) Close() error {
	err := c.Conn.Close()
	c.free()
	return err
}

// below is the connection that the real Env opened.
func below(c net.Conn) net.Conn {
	var k *counted
	if k, _ = c.(*counted); k != nil {
		return k.Conn
	}
	return c
}
