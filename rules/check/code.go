package check

import "slices"

// Code is a reason code, such as "tcp.silent". Codes are stable: they are
// printed in JSON and key the words shown to the user.
type Code string

// What the network at hand is like: causes that explain many rows.
const (
	RouteNone     Code = "route.none"     // no default route of any family
	RouteUnknown  Code = "route.unknown"  // the system does not tell
	GatewaySilent Code = "gateway.silent" // nothing comes back from the default gateway
	NetSilent     Code = "net.silent"     // every row that left this machine is silent
	NetIPv6       Code = "net.ipv6"       // IPv6 leads nowhere, IPv4 works
)

// Names.
const (
	DNSSilent     Code = "dns.silent"      // no reply from any name server, two tries each
	DNSNXDomain   Code = "dns.nxdomain"    // rcode 3
	DNSNoData     Code = "dns.nodata"      // the name exists and has no address
	DNSRefused    Code = "dns.refused"     // rcode 5
	DNSServFail   Code = "dns.servfail"    // rcode 2
	DNSBadReply   Code = "dns.bad-reply"   // an answer that is none
	DNSRewritten  Code = "dns.rewritten"   // the network answers in the name's place
	DNSSystemOnly Code = "dns.system-only" // only the system knows the name (hosts file, VPN)
	DNSNone       Code = "dns.none"        // no name server is configured
	DNSSomeSilent Code = "dns.some-silent" // one of several name servers does not answer
	DNSBadName    Code = "dns.bad-name"    // no name that DNS can carry
	DNSDiffers    Code = "dns.differs"     // this computer has its own answer (hosts file, VPN)
)

// Connections.
const (
	TCPSilent    Code = "tcp.silent"     // no reply in the budget, from fresh sockets twice
	TCPBlockedBy Code = "tcp.blocked-by" // a device on the way answered: not allowed
	TCPRefused   Code = "tcp.refused"    // reset: reachable, nothing listens
	TCPNoRoute   Code = "tcp.no-route"   // this machine has no way to that network
	TCPNoHost    Code = "tcp.no-host"    // a router answered: no such host or network
	TCPLANAbsent Code = "tcp.lan-absent" // no device uses that address in this LAN
	TCPFamily    Code = "tcp.family"     // one IP family works, the other does not
	TCPLossy     Code = "tcp.lossy"      // connected, but packets got lost on the way
	TCPNoIPv6    Code = "tcp.no-ipv6"    // IPv6 is not needed: no address or no route
	TCPError     Code = "tcp.error"      // this machine could not even try
)

// Encryption.
const (
	TLSIntercepted Code = "tls.intercepted" // somebody known for it re-signs the traffic
	TLSUntrusted   Code = "tls.untrusted"   // an authority this machine does not know
	TLSExpired     Code = "tls.expired"     // out of its validity, and the clock is right
	TLSClock       Code = "tls.clock"       // out of its validity because the clock is off
	TLSWrongName   Code = "tls.wrong-name"  // a certificate of another name
	TLSNotTLS      Code = "tls.not-tls"     // something else speaks on this port
	TLSReset       Code = "tls.reset"       // cut off after our hello
	TLSClosed      Code = "tls.closed"      // closed after our hello, without a word
	TLSAlert       Code = "tls.alert"       // the far end declines the handshake
	TLSSilent      Code = "tls.silent"      // open, and no answer to our hello
	TLSHelloLost   Code = "tls.hello-lost"  // our hello never arrived
	TLSClientCert  Code = "tls.client-cert" // it wants a certificate of ours
	TLSBad         Code = "tls.bad"         // any other mistake in the handshake
)

// Certificates that a visitor refuses who trusts public authorities alone.
const (
	CertPrivate Code = "cert.private"     // no public authority vouches for it
	CertChain   Code = "cert.chain"       // the server does not send all of the chain
	CertName    Code = "cert.name"        // of another name
	CertExpired Code = "cert.expired"     // out of its validity
	CertSoon    Code = "cert.soon"        // it ends soon
	CertWeak    Code = "cert.weak"        // its key or a signature is too weak
	CertVersion Code = "cert.tls-version" // the server speaks nothing newer than TLS 1.1
)

// Web.
const (
	HTTPPortal      Code = "http.portal"       // a sign-in page stands in between
	HTTPProxyAuth   Code = "http.proxy-auth"   // 407
	HTTPOtherServer Code = "http.other-server" // somebody else answered
	HTTPBlocked     Code = "http.blocked"      // a filter's page or status 451
	HTTPSilent      Code = "http.silent"       // open, and no answer
	HTTPNotHTTP     Code = "http.not-http"     // another protocol answers
	HTTPClosed      Code = "http.closed"       // closed without an answer
	HTTPReset       Code = "http.reset"        // cut off after the request
	HTTPServerError Code = "http.server-error" // 5xx: the way is open, the service is ill
)

// WebSocket.
const (
	WSUpgradeLost Code = "ws.upgrade-lost" // web pages pass, live connections do not
	WSSilent      Code = "ws.silent"
	WSClosed      Code = "ws.closed"
	WSNotHTTP     Code = "ws.not-http"
)

// MQTT.
const (
	MQTTRefused Code = "mqtt.refused" // the broker speaks MQTT and declines
	MQTTLogin   Code = "mqtt.login"   // the broker wants a login
	MQTTSilent  Code = "mqtt.silent"
	MQTTNotMQTT Code = "mqtt.not-mqtt"
	MQTTClosed  Code = "mqtt.closed"
	MQTTReset   Code = "mqtt.reset"
)

// SSH.
const (
	SSHSilent Code = "ssh.silent"
	SSHNotSSH Code = "ssh.not-ssh"
	SSHClosed Code = "ssh.closed"
	SSHReset  Code = "ssh.reset"
	SSHBusy   Code = "ssh.busy" // it turns guests away before it greets them
)

// Time.
const (
	NTPSilent   Code = "ntp.silent"
	NTPUnsynced Code = "ntp.unsynced"
	NTPKoD      Code = "ntp.kod" // it asked to be left alone
	NTPBadReply Code = "ntp.bad-reply"
	NTPRefused  Code = "ntp.refused" // ICMP: nothing listens there
	NTPBlocked  Code = "ntp.blocked-by"
	NTPDisagree Code = "ntp.disagree" // the servers do not agree with each other
	ClockOff    Code = "clock.off"
	ClockOpen   Code = "clock.unknown" // nobody told the time
)

// The environment's proxy.
const (
	ProxyOnly    Code = "proxy.only"    // not directly, but through the proxy
	ProxyAuth    Code = "proxy.auth"    // the proxy wants a user name
	ProxyRefused Code = "proxy.refused" // the proxy declines the target
	ProxyDown    Code = "proxy.down"    // the proxy cannot be reached or does not answer
)

// Inbound and address translation; found by the inbound proof and the wizard.
const (
	NATDouble      Code = "nat.double"
	NATCGNAT       Code = "nat.cgnat"
	NATHidden      Code = "nat.hidden"     // the router says that it has no address on the Internet
	NATOther       Code = "nat.other"      // it arrives by another address than the router's
	NATHairpin     Code = "nat.hairpin"    // it works from outside, and not from inside under the public name
	NameNone       Code = "name.none"      // the server's name does not exist here
	NameElsewhere  Code = "name.elsewhere" // it points to an address that is not the server's
	NameSplit      Code = "name.split"     // it points to another address inside than outside, and both lead to the server
	NameOutside    Code = "name.outside"   // everybody is inside, and it points to the outside
	InProven       Code = "in.proven"
	InOtherMachine Code = "in.other-machine"
	InSilent       Code = "in.silent"
	InServiceDown  Code = "in.service-down"
	InLoopbackOnly Code = "in.loopback-only" // the service answers this computer alone
	InOneAddress   Code = "in.one-address"   // it answers at another address of the server
	InIPv6Only     Code = "in.ipv6-only"     // it answers over IPv6 alone
	InHostBlocked  Code = "in.host-blocked"  // it listens, and its own computer does not get through
	InInsideSource Code = "in.inside-source"
	InMasked       Code = "in.masked"    // proven; the router hides the senders' addresses
	InMute         Code = "in.mute"      // it connects and says nothing: another code, another port, another device
	InSamePage     Code = "in.same-page" // a page as on the server: a sign, since other devices may have the same
	InUnnamed      Code = "in.unnamed"   // something fitting answers, and cannot be told apart from another device
)

// About the check itself.
const (
	NotHere      Code = "not-here"      // must be checked from another place
	Cancelled    Code = "cancelled"     // the user stopped it
	CheckPanic   Code = "check.panic"   // a mistake of ours
	CheckTimeout Code = "check.timeout" // the row's whole budget was used up
	CheckKind    Code = "check.kind"    // no such kind of check
)

var codes = [...]Code{
	RouteNone, RouteUnknown, GatewaySilent, NetSilent, NetIPv6,
	DNSSilent, DNSNXDomain, DNSNoData, DNSRefused, DNSServFail, DNSBadReply, DNSRewritten,
	DNSSystemOnly, DNSNone, DNSSomeSilent, DNSBadName, DNSDiffers,
	TCPSilent, TCPBlockedBy, TCPRefused, TCPNoRoute, TCPNoHost, TCPLANAbsent, TCPFamily,
	TCPLossy, TCPNoIPv6, TCPError,
	TLSIntercepted, TLSUntrusted, TLSExpired, TLSClock, TLSWrongName, TLSNotTLS, TLSReset,
	TLSClosed, TLSAlert, TLSSilent, TLSHelloLost, TLSClientCert, TLSBad,
	CertPrivate, CertChain, CertName, CertExpired, CertSoon, CertWeak, CertVersion,
	HTTPPortal, HTTPProxyAuth, HTTPOtherServer, HTTPBlocked, HTTPSilent, HTTPNotHTTP,
	HTTPClosed, HTTPReset, HTTPServerError,
	WSUpgradeLost, WSSilent, WSClosed, WSNotHTTP,
	MQTTRefused, MQTTLogin, MQTTSilent, MQTTNotMQTT, MQTTClosed, MQTTReset,
	SSHSilent, SSHNotSSH, SSHClosed, SSHReset, SSHBusy,
	NTPSilent, NTPUnsynced, NTPKoD, NTPBadReply, NTPRefused, NTPBlocked, NTPDisagree, ClockOff, ClockOpen,
	ProxyOnly, ProxyAuth, ProxyRefused, ProxyDown,
	NATDouble, NATCGNAT, NATHidden, NATOther, NATHairpin, NameNone, NameElsewhere, NameSplit, NameOutside, InProven, InOtherMachine, InSilent, InServiceDown, InInsideSource,
	InLoopbackOnly, InOneAddress, InIPv6Only, InHostBlocked,
	InMasked, InMute, InSamePage, InUnnamed,
	NotHere, Cancelled, CheckPanic, CheckTimeout, CheckKind,
}

// Codes are all reason codes, in the order of the layers: every one has a text.
func Codes() []Code { return slices.Clone(codes[:]) }
