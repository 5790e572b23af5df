package check

import (
	"maps"
	"slices"
	"time"
)

// unreached are reasons that say: nothing came back from there.
var unreached = [...]Code{
	TCPSilent, TCPNoRoute, TCPNoHost, DNSSilent, DNSNone, NTPSilent, GatewaySilent, ClockOpen, RouteNone, RouteUnknown,
	NTPBlocked, ProxyDown, CheckTimeout,
}

// noNames are reasons that say: the name servers are of no use.
var noNames = [...]Code{DNSSilent, DNSRefused, DNSServFail, DNSNone, DNSBadReply}

// behindPortal are reasons that a sign-in page in between explains.
var behindPortal = [...]Code{
	TCPSilent, TCPRefused, TCPBlockedBy, TCPNoHost, TLSUntrusted, TLSIntercepted, TLSWrongName, TLSNotTLS, TLSReset,
	TLSClosed, TLSSilent, TLSAlert, TLSBad, HTTPPortal, HTTPNotHTTP, HTTPReset, HTTPSilent, HTTPClosed, DNSRewritten,
	WSUpgradeLost, WSSilent, WSClosed, WSNotHTTP, MQTTSilent, MQTTNotMQTT, MQTTClosed, MQTTReset,
	SSHSilent, SSHNotSSH, SSHClosed, SSHReset, NTPSilent, NTPBlocked, NTPRefused, ClockOpen,
}

// many is how many rows it takes to say "every row".
const many = 3

// Fold finds the causes in final results, worst first, and returns the results
// with the rows they explain turned to Skipped. It changes no element of in.
func Fold(in []Result) (causes []Cause, out []Result) {
	out = slices.Clone(in)
	for i := range out {
		out[i].Layers, out[i].Facts = slices.Clone(in[i].Layers), maps.Clone(in[i].Facts)
	}
	for _, find := range []func([]Result) (Cause, func(Result) bool, bool){
		noRoute, allSilent, proxyNet, deadDNS, noInternetNames, signInPage, wrongClock, oneInspector, noIPv6, lossyLine,
	} {
		c, explains, ok := find(out)
		if !ok {
			continue
		}
		for i := range out {
			r := &out[i]
			if tells(r.Job.Kind, c.Code) && r.Code == c.Code || r.Status != Fail && r.Status != Unproven || !explains(*r) {
				continue // the row that tells the cause stays as it is
			}
			c.Explains = append(c.Explains, r.Job.Key)
			r.Status, r.Cause = Skipped, c.Code
		}
		causes = append(causes, c)
	}
	return causes, out
}

// tells tells whether rows of that kind are there to show that cause.
func tells(kind string, cause Code) bool {
	switch cause {
	case RouteNone:
		return kind == "route" || kind == "gateway"
	case GatewaySilent:
		return kind == "gateway"
	case HTTPPortal:
		return kind == "portal"
	case ClockOff:
		return kind == "clock"
	default:
		return kind == "dns"
	}
}

// basic tells whether the kind is about the network at hand and not about one flow.
func basic(kind string) bool {
	switch kind {
	case "route", "gateway", "dns", "clock", "portal":
		return true
	}
	return false
}

func coded(list []Code) func(Result) bool {
	return func(r Result) bool { return slices.Contains(list, r.Code) }
}

// row of a kind with that reason.
func told(in []Result, kind string, code Code, statuses ...Status) (Result, bool) {
	for _, r := range in {
		if r.Job.Kind == kind && r.Code == code && slices.Contains(statuses, r.Status) {
			return r, true
		}
	}
	return Result{}, false
}

// judged are the flows that say something: run here, and to an end.
func judged(in []Result) []Result {
	return slices.DeleteFunc(slices.Clone(in), func(r Result) bool {
		return basic(r.Job.Kind) || r.Provisional || r.Status == Skipped || r.Status == Waiting || r.Status == NotNeeded
	})
}

// all tells whether there are enough flows and each of them is so.
func all(in []Result, enough int, is func(Result) bool) bool {
	flows := judged(in)
	return len(flows) >= enough && !slices.ContainsFunc(flows, func(r Result) bool {
		return r.Status != Fail && r.Status != Unproven || !is(r)
	})
}

func noRoute(in []Result) (Cause, func(Result) bool, bool) {
	r, ok := told(in, "route", RouteNone, Fail)
	if !ok {
		ok = all(in, many, func(r Result) bool { return r.Code == TCPNoRoute })
	}
	return Cause{Code: RouteNone, Status: Fail, Facts: maps.Clone(r.Facts)}, nothingBack, ok
}

// allSilent is a gateway, or all that is behind it, from which nothing comes back.
func allSilent(in []Result) (Cause, func(Result) bool, bool) {
	answers := func(r Result) bool { // of this machine's network, however unwelcome
		return !nothingBack(r) && r.Status != Skipped
	}
	if !all(in, 1, nothingBack) || slices.ContainsFunc(in, func(r Result) bool {
		return (r.Job.Kind == "dns" || r.Job.Kind == "portal" || r.Job.Kind == "clock") && answers(r)
	}) {
		return Cause{}, nil, false
	}
	if g, ok := told(in, "gateway", GatewaySilent, Unproven, Fail); ok {
		facts := Facts{"variant": "all"}
		maps.Copy(facts, g.Facts)
		return Cause{Code: GatewaySilent, Status: Fail, Facts: facts}, nothingBack, true
	}
	// Names that nobody answers for say more than silence: see deadDNS.
	if !all(in, many, nothingBack) || all(in, 1, coded(noNames[:])) {
		return Cause{}, nil, false
	}
	return Cause{Code: NetSilent, Status: Fail}, nothingBack, true
}

func deadDNS(in []Result) (Cause, func(Result) bool, bool) {
	for _, code := range noNames {
		if r, ok := told(in, "dns", code, Fail); ok {
			return Cause{Code: code, Status: Fail, Facts: maps.Clone(r.Facts)}, namesFail, true
		}
	}
	// No row asked the name servers alone: what all flows say counts.
	var named []Result
	for _, r := range judged(in) {
		if slices.ContainsFunc(r.Layers, func(l Layer) bool { return l.Name == "dns" }) {
			named = append(named, r)
		}
	}
	if len(named) >= many && all(named, many, coded(noNames[:])) {
		c := named[0]
		return Cause{Code: c.Code, Status: Fail, Facts: maps.Clone(c.Facts)}, namesFail, true
	}
	return Cause{}, nil, false
}

// namesFail tells whether dead name servers explain the row.
func namesFail(r Result) bool { return coded(noNames[:])(r) || r.Code == ClockOpen }

func signInPage(in []Result) (Cause, func(Result) bool, bool) {
	r, ok := told(in, "portal", HTTPPortal, Fail)
	if !ok { // two pages from different hosts are no mistake of one server
		var hosts []string
		for _, f := range judged(in) {
			if f.Code == HTTPPortal && !slices.Contains(hosts, f.Job.To.Host) {
				r, hosts = f, append(hosts, f.Job.To.Host)
			}
		}
		ok = len(hosts) > 1
	}
	return Cause{Code: HTTPPortal, Status: Fail, Facts: maps.Clone(r.Facts)}, coded(behindPortal[:]), ok
}

// wrongClock explains certificates that are valid at the true time only.
func wrongClock(in []Result) (Cause, func(Result) bool, bool) {
	r, ok := told(in, "clock", ClockOff, Fail, Note)
	if !ok {
		return Cause{}, nil, false
	}
	offset, err := time.ParseDuration(r.Facts["offset"])
	explains := func(r Result) bool {
		from, ferr := time.Parse(time.RFC3339, r.Facts["not-before"])
		to, terr := time.Parse(time.RFC3339, r.Facts["not-after"])
		if err != nil || ferr != nil || terr != nil || r.Code != TLSExpired && r.Code != TLSClock {
			return false
		}
		truth := r.At.Add(offset)
		return truth.After(from) && truth.Before(to)
	}
	if r.Status == Note && !slices.ContainsFunc(in, explains) {
		return Cause{}, nil, false // a little off and harmless
	}
	return Cause{Code: ClockOff, Status: r.Status, Facts: maps.Clone(r.Facts)}, explains, true
}
