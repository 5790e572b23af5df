// Package check asks the network whether one flow works, and says why not.
//
//	Job --Runner--> Probe.Run(Env, Target) --> Result --Fold--> []Cause + []Result
//
// It knows nothing of rules, routers or words: a Result is data, keyed by the
// caller's own Job.Key. Sockets are reached through Env only.
package check

import (
	"context"
	"crypto/x509"
	"net"
	"net/netip"
	"net/url"
	"time"
)

// Status is the verdict on a flow or on one layer of it. The zero value is
// Unproven: nothing forgotten can be green.
type Status int

// The statuses, in the words of `check --format json` (see Status.String).
const (
	Unproven  Status = iota // cannot be told from here
	Pass                    // proven at the rule's own layer
	Note                    // works, something is odd
	Fail                    // positive evidence, or silence confirmed twice
	Waiting                 // a person or another place must act
	Skipped                 // an earlier cause explains it
	NotNeeded               // does not apply to this site or network
	Running                 // under way; never final
)

// Family is an IP family: 4, 6, or 0 for "either".
type Family int

// Target is what one flow reaches for.
type Target struct {
	Host  string       // DNS name or address literal, lower case, no trailing dot
	Port  uint16       // 0 for kinds without a port
	Proto string       // "tcp" or "udp"
	Path  string       // for http kinds; empty means "/"
	Addrs []netip.Addr // when set, used instead of asking DNS for Host

	// Public says that Host belongs to the Internet, not to the customer: its
	// addresses are public ones, and public authorities vouch for it.
	Public bool
}

// Job is one check to run.
type Job struct {
	Key  string // the caller's name for it, such as "server-out-ota/ota-update/tcp/up.sync-sign.com/8433"
	Kind string // "https", "mqtts", … a key of Kinds
	To   Target
}

// Layer is the outcome of one protocol layer of a flow.
type Layer struct {
	Name    string // dns, tcp, tls, http, ws, mqtt, ssh, ntp, route, proxy
	Family  Family // 0 where it does not matter
	Status  Status
	Code    Code          // why; empty when Pass
	Took    time.Duration // of this layer alone
	Address string        // peer or answering server, clean
}

// Facts is the evidence of a Result: short, bounded, and already cleaned of
// control characters. Keys are those of the words' templates:
// "address", "addresses", "device", "issuer", "banner", "server", "offset",
// "expected", "status", "location", "proxy", "resolver", "error", "family", "tries",
// "hop" and "reach" (how far packets got), "icmp", "product", "named", "host",
// "days" and "not-after" (of a certificate), "listens" and "at" (on a port of this
// computer).
// "variant" picks the words among those of one reason.
type Facts map[string]string

// Result is what became of one Job.
type Result struct {
	Job         Job
	Status      Status
	Code        Code // the reason; empty only when Status is Pass
	Layers      []Layer
	Facts       Facts
	Took        time.Duration
	At          time.Time
	Cause       Code // set by Fold on Skipped rows: the cause that explains it
	Provisional bool // a first verdict; a final Result for the same Job follows

	later []func(context.Context, *Result) // what still runs beside, see settle
	shown []*x509.Certificate              // what the far end showed, first its own
}

// Probe is one kind of check.
type Probe interface {
	// Run asks and returns as soon as ctx ends. It does not log, print or keep state.
	Run(ctx context.Context, env Env, lim Limits, to Target) Result
}

// Env is everything a probe may touch of the outside world.
type Env interface {
	// Dial opens a TCP connection or a connected UDP socket to an address
	// literal; network is tcp4, tcp6, udp4 or udp6. The error unwraps to
	// the errno; it is a *PathError where the answering device is known.
	Dial(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error)
	// Resolvers are the configured name servers, in order.
	Resolvers() []netip.AddrPort
	// SystemLookup asks the operating system's own resolver (hosts file, VPN).
	SystemLookup(ctx context.Context, host string) ([]netip.Addr, error)
	// HasRoute tells whether there is a default route of that family.
	HasRoute(f Family) bool
	// Gateway is the default gateway of that family; invalid when unknown.
	Gateway(f Family) netip.Addr
	// Proxy is the environment's proxy for host:port; nil for none.
	Proxy(host string, port uint16) *url.URL
	// Roots are the trusted certificate authorities; nil means the system's.
	Roots() *x509.CertPool
	// Now is the local clock.
	Now() time.Time
}

// PathError is a dial error that names the device that answered.
type PathError struct {
	Device netip.Addr // the device that sent the ICMP error; invalid where this machine did not even try
	Type   uint8      // ICMP type
	Code   uint8      // ICMP code
	Own    bool       // Device is this machine: the LAN has no such address
	Err    error
}

func (e *PathError) Error() string {
	if !e.Device.IsValid() {
		return e.Err.Error()
	}
	return e.Err.Error() + " (from " + e.Device.String() + ")"
}

// Unwrap returns the errno below.
func (e *PathError) Unwrap() error { return e.Err }

// Cause is one reason that explains many rows, such as "no default route".
type Cause struct {
	Code     Code
	Status   Status
	Facts    Facts
	Explains []string // Job keys folded under it
}
