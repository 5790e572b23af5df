package check

import (
	"cmp"
	"slices"
)

// nothingBack tells whether a row says: nothing came back from there. One that ran
// out of time over an open connection does not.
func nothingBack(r Result) bool {
	if r.Code == CheckTimeout && layerOf(r, func(l Layer) bool { return l.Name == "tcp" && (l.Status == Pass || l.Status == Note) }) {
		return false
	}
	return slices.Contains(unreached[:], r.Code) || r.Code == TCPLANAbsent && r.Facts["variant"] == "gateway"
}

// keys are those of the results, in their order.
func keys(in []Result) []string {
	out := make([]string, len(in))
	for i, r := range in {
		out[i] = r.Job.Key
	}
	return out
}

// keep are the results that are so.
func keep(in []Result, is func(Result) bool) []Result {
	return slices.DeleteFunc(slices.Clone(in), func(r Result) bool { return !is(r) })
}

// owners counts whose names the results are about.
func owners(in []Result) int {
	seen := map[string]bool{}
	for _, r := range in {
		seen[owner(r.Job.To.Host)] = true
	}
	return len(seen)
}

// layerOf is the row's first layer that is so.
func layerOf(r Result, is func(Layer) bool) bool { return slices.ContainsFunc(r.Layers, is) }

// proxyNet is a network that lets out through its proxy alone. Nothing else in
// it needs to work: not its name servers, nor the direct way to the time.
func proxyNet(in []Result) (Cause, func(Result) bool, bool) {
	through := keep(judged(in), func(r Result) bool { return r.Status == Note && r.Code == ProxyOnly })
	direct := keep(judged(in), func(r Result) bool {
		return r.Code != ProxyOnly && (r.Status == Pass || r.Status == Note)
	})
	if len(through) < 2 || len(direct) > 0 {
		return Cause{}, nil, false
	}
	facts := Facts{}
	if p := through[0].Facts["proxy"]; p != "" {
		facts["proxy"] = p
	}
	return Cause{Code: ProxyOnly, Status: Note, Facts: facts, Explains: keys(through)}, func(r Result) bool {
		return basic(r.Job.Kind) || r.Code == DNSNXDomain || r.Code == DNSNoData || coded(noNames[:])(r)
	}, true
}

// noInternetNames is a name server that knows no names but its own.
func noInternetNames(in []Result) (Cause, func(Result) bool, bool) {
	unknown := keep(judged(in), func(r Result) bool { return r.Code == DNSNXDomain && r.Status == Fail })
	found := keep(in, func(r Result) bool {
		return layerOf(r, func(l Layer) bool { return l.Name == "dns" && l.Status == Pass })
	})
	if owners(unknown) < many || len(found) > 0 {
		return Cause{}, nil, false
	}
	facts := Facts{"variant": "all"}
	if s := unknown[0].Facts["resolver"]; s != "" {
		facts["resolver"] = s
	}
	return Cause{Code: DNSNXDomain, Status: Fail, Facts: facts}, func(r Result) bool {
		return r.Code == DNSNXDomain || r.Code == DNSNoData || r.Code == ClockOpen
	}, true
}

// oneInspector is one device that re-signs the traffic to all who look.
func oneInspector(in []Result) (Cause, func(Result) bool, bool) {
	who := func(r Result) string { return cmp.Or(r.Facts["product"], r.Facts["issuer"]) }
	caught := keep(judged(in), func(r Result) bool { return r.Code == TLSIntercepted && r.Status == Fail })
	for _, first := range caught {
		same := keep(caught, func(r Result) bool { return who(r) == who(first) })
		if owners(same) < many {
			continue
		}
		facts := Facts{"variant": "all"}
		for _, k := range []string{"issuer", "product"} {
			if v := first.Facts[k]; v != "" {
				facts[k] = v
			}
		}
		return Cause{Code: TLSIntercepted, Status: Fail, Facts: facts}, func(r Result) bool {
			return r.Code == TLSIntercepted && who(r) == who(first)
		}, true
	}
	return Cause{}, nil, false
}

// noIPv6 is a network whose IPv6 leads nowhere: of the hosts that have both
// kinds of address, IPv4 reaches all and IPv6 none.
func noIPv6(in []Result) (Cause, func(Result) bool, bool) {
	tcp6 := func(ok bool) func(Result) bool {
		return func(r Result) bool {
			return layerOf(r, func(l Layer) bool {
				good := l.Status == Pass || l.Code == TCPLossy
				dead := l.Code == TCPSilent || l.Code == TCPNoHost || l.Code == TCPNoRoute
				return l.Name == "tcp" && l.Family == 6 && (ok && good || !ok && dead)
			})
		}
	}
	broken := keep(judged(in), func(r Result) bool { return r.Status == Note && r.Code == TCPFamily && tcp6(false)(r) })
	if owners(broken) < 2 || len(keep(judged(in), tcp6(true))) > 0 {
		return Cause{}, nil, false
	}
	return Cause{Code: NetIPv6, Status: Note, Explains: keys(broken)}, func(Result) bool { return false }, true
}

// lossyLine is a line on which packets get lost to more than one place.
func lossyLine(in []Result) (Cause, func(Result) bool, bool) {
	flows := judged(in)
	lossy := keep(flows, func(r Result) bool { return layerOf(r, func(l Layer) bool { return l.Code == TCPLossy }) })
	if owners(lossy) < 2 || 10*len(lossy) < len(flows) {
		return Cause{}, nil, false
	}
	return Cause{Code: TCPLossy, Status: Note, Explains: keys(lossy)}, func(Result) bool { return false }, true
}
