package wizard

import "github.com/syncsign/sops-firewall/rules/check"

// reasonRoom is how many reasons a support code can ever tell apart.
const reasonRoom = 160

// supportReasons number the reasons of support codes. Codes of older versions
// are read by newer ones: new reasons are put at the end, none is taken out.
var supportReasons = func() []check.Code {
	known := []check.Code{
		"", check.RouteNone, check.RouteUnknown, check.GatewaySilent, check.NetSilent, check.NetIPv6,
		check.DNSSilent, check.DNSNXDomain, check.DNSNoData, check.DNSRefused, check.DNSServFail, check.DNSBadReply,
		check.DNSRewritten, check.DNSSystemOnly, check.DNSNone, check.DNSSomeSilent, check.DNSBadName,
		check.DNSDiffers, check.TCPSilent, check.TCPBlockedBy, check.TCPRefused, check.TCPNoRoute, check.TCPNoHost,
		check.TCPLANAbsent, check.TCPFamily, check.TCPLossy, check.TCPNoIPv6, check.TCPError, check.TLSIntercepted,
		check.TLSUntrusted, check.TLSExpired, check.TLSClock, check.TLSWrongName, check.TLSNotTLS, check.TLSReset,
		check.TLSClosed, check.TLSAlert, check.TLSSilent, check.TLSHelloLost, check.TLSClientCert, check.TLSBad,
		check.HTTPPortal, check.HTTPProxyAuth, check.HTTPOtherServer, check.HTTPBlocked, check.HTTPSilent,
		check.HTTPNotHTTP, check.HTTPClosed, check.HTTPReset, check.HTTPServerError, check.WSUpgradeLost,
		check.WSSilent, check.WSClosed, check.WSNotHTTP, check.MQTTRefused, check.MQTTLogin, check.MQTTSilent,
		check.MQTTNotMQTT, check.MQTTClosed, check.MQTTReset, check.SSHSilent, check.SSHNotSSH, check.SSHClosed,
		check.SSHReset, check.SSHBusy, check.NTPSilent, check.NTPUnsynced, check.NTPKoD, check.NTPBadReply,
		check.NTPRefused, check.NTPBlocked, check.NTPDisagree, check.ClockOff, check.ClockOpen, check.ProxyOnly,
		check.ProxyAuth, check.ProxyRefused, check.ProxyDown, check.NATDouble, check.NATCGNAT, check.NATHidden,
		check.NATHairpin, check.InProven, check.InOtherMachine, check.InSilent, check.InServiceDown,
		check.InInsideSource, check.InMasked, check.InMute, check.InUnnamed, check.NotHere, check.Cancelled,
		check.CheckPanic, check.CheckTimeout, check.CheckKind,
		check.CertPrivate, check.CertChain, check.CertName, check.CertExpired, check.CertSoon, check.CertWeak, check.CertVersion,
		check.NATOther, check.NameNone, check.NameElsewhere, check.NameSplit, check.NameOutside, check.InSamePage,
		check.InLoopbackOnly, check.InOneAddress, check.InIPv6Only, check.InHostBlocked,
	}
	return append(known, make([]check.Code, reasonRoom-len(known))...)
}()
