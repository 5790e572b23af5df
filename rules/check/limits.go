package check

import "time"

// Limits are all budgets and bounds of the checks, in one place.
type Limits struct {
	Patience float64 // multiplies every duration of a wait; 0 means 1

	DNS      time.Duration // one lookup, both families; resolvers answer in 1 RTT, recursion in 1 s
	DNSRetry time.Duration // between tries; over the round trip of any line, and five of them, or 20 % loss looks like silence
	TCP      time.Duration // a router looks 3.07 s for a device before it says that there is none, and that takes a round trip
	Early    time.Duration // first word on a silent row; hedged connects are 98.7 % right by then
	Hedge1   time.Duration // a fresh socket if nothing came back: 20 % loss must not look like silence
	Hedge2   time.Duration // and another one
	Second   time.Duration // the second look: fresh sockets while the first still wait for ARP and ICMP
	TLS      time.Duration // handshake; a lost hello is sent again after 1 s and 3 s
	TLSAfter time.Duration // TLS 1.3 tells a missing client certificate only after the handshake
	HTTP     time.Duration // first byte of an HTTP or WebSocket answer
	MQTT     time.Duration // CONNACK
	SSH      time.Duration // the greeting comes unasked, after at most a reverse lookup
	NTP      time.Duration // three tries
	NTP2     time.Duration // second try
	NTP3     time.Duration // third try
	Proof    time.Duration // one way in from outside, whoever answers: as long as it takes to call one silent
	Gateway  time.Duration // a router in the LAN answers in milliseconds
	Hop      time.Duration // a device on the way tells that a packet ended there; more than most lines' round trip
	Row      time.Duration // one row, with its second look
	Table    time.Duration // one Run

	ClockNote time.Duration // clock offset worth a word: certificates and logs still work
	ClockFail time.Duration // clock offset that breaks logins and certificates

	Pace      time.Duration // between sockets to one address, after the first Burst: a small router must not see a scan
	Burst     int           // sockets to one address without a pause
	PerTarget int           // unanswered sockets to one address
	Sockets   int           // open sockets in all: a home router's table and a process's descriptors

	DNSReply  int // bytes of a reply over TCP; UDP without EDNS has 512
	CNAMEs    int // longest chain followed
	Addresses int // addresses of a name that are kept
	Header    int // bytes of an HTTP header
	Body      int // bytes of an HTTP body
	Certs     int // certificates of a chain that are looked at
}

// DefaultLimits are those of measured networks.
func DefaultLimits() Limits {
	return Limits{
		Patience: 1,

		DNS: 2 * time.Second, DNSRetry: 400 * time.Millisecond,
		TCP: 3400 * time.Millisecond, Early: 1200 * time.Millisecond,
		Hedge1: 200 * time.Millisecond, Hedge2: 450 * time.Millisecond, Second: 1600 * time.Millisecond,
		TLS: 4 * time.Second, TLSAfter: 300 * time.Millisecond,
		HTTP: 4 * time.Second, MQTT: 4 * time.Second, SSH: 3 * time.Second,
		NTP: 2500 * time.Millisecond, NTP2: 700 * time.Millisecond, NTP3: 1500 * time.Millisecond,
		Proof: 3400 * time.Millisecond, Gateway: 1200 * time.Millisecond, Hop: 500 * time.Millisecond,
		Row: 8 * time.Second, Table: 12 * time.Second,

		ClockNote: 10 * time.Second, ClockFail: 120 * time.Second,

		Pace: 20 * time.Millisecond, Burst: 4, PerTarget: 4, Sockets: 64,

		DNSReply: 4096, CNAMEs: 8, Addresses: 16,
		Header: 16 << 10, Body: 8 << 10, Certs: 10,
	}
}

// scaled multiplies the waits by Patience; the zero value but for Patience
// means the default. A Probe gets its Limits so.
func (l Limits) scaled() Limits {
	p := l.Patience
	if l == (Limits{Patience: p}) {
		l = DefaultLimits()
	}
	if p <= 0 {
		p = 1
	}
	for _, d := range []*time.Duration{
		&l.DNS, &l.DNSRetry, &l.TCP, &l.Early, &l.Hedge1, &l.Hedge2, &l.Second, &l.TLS, &l.TLSAfter,
		&l.HTTP, &l.MQTT, &l.SSH, &l.NTP, &l.NTP2, &l.NTP3, &l.Proof, &l.Gateway, &l.Hop, &l.Row, &l.Table,
	} {
		*d = time.Duration(float64(*d) * p)
	}
	l.Patience = 1
	return l
}

// table is the budget of a Run of that many rows, which take turns.
func (l Limits) table(rows int) time.Duration {
	return l.Table * time.Duration(1+rows/max(1, l.Sockets))
}
