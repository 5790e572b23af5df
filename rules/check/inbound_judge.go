package check

import (
	"context"
	"net/netip"
	"slices"
	"time"
)

// judge tells who it is that answers without a proof: the service itself, which
// holds its port, or another device. inner is what became of the row's protocol.
// Other rows' proofs are waited for until limited ends.
func (p inboundProbe) judge(ctx, limited context.Context, env Env, lim Limits, to Target, inner Result, proof Proof, l Layer) Result {
	spokenHere := spoke(inner)
	id, named := uint32(0), false
	if spokenHere {
		id, named = p.identify(ctx, env, lim, inner.at(to), to)
	}
	same, known := named, false
	if named { // what the code knows needs no other port's proof
		same, known = p.prover.Knows(p.kind, id, Post{})
	}
	var post Post
	if !same || !known {
		post = postsOf(env).of(limited, to)
		if named && post.State != PostUnknown {
			same, known = p.prover.Knows(p.kind, id, post)
		}
	}
	answers := spokenHere || proof.Said != ""
	end := func(s Status, code Code, variant string) {
		l.Status, l.Code = s, code
		inner.end(s, code)
		delete(inner.Facts, "variant")
		inner.fact("variant", variant)
		inner.fact("banner", proof.Said)
	}
	switch {
	case !answers && to.Proto == "udp":
		inner.noDatagram(&l, to.Addrs[0], proof, post, postsOf(env).any())
	case !answers && postsOf(env).any(): // not a byte, whatever was asked; and the code is the right one
		end(Unproven, InMute, "known")
	case !answers:
		end(Unproven, InMute, "")
	case post.State == PostOurs, post.State == PostNobody: // the server itself would not have said that
		end(Fail, InOtherMachine, "told")
	case known && p.kind == "http" && same: // many devices have such a page
		end(Note, InSamePage, "")
	case known && p.kind == "http": // pages change, and differ by the name asked for
		end(Unproven, InUnnamed, "page")
	case known:
		inner.identified(&l, same)
	case CertFault(inner.Code) && inner.Code != CertPrivate && inner.Code != CertName:
		// A certificate of the server's name that is no good: another device has none.
		l.Status, l.Code = Unproven, InUnnamed
	case spokenHere && !fits(inner), !spokenHere && foreign(p.kind, proof.Said):
		end(Fail, InOtherMachine, "")
	case !spokenHere: // something answered to what it cannot know, and then the line was silent
		end(Unproven, InUnnamed, "")
	case slices.Contains([]string{"mqtt", "mqtts", "ws", "wss"}, p.kind):
		// A router has no MQTT broker: a sign, and no proof.
		end(Note, InUnnamed, "")
	default:
		end(Unproven, InUnnamed, "")
	}
	inner.add(l)
	return inner
}

// identify asks who a service is that has just answered. On a lossy line it takes
// fresh connections until one brings the answer.
func (p inboundProbe) identify(ctx context.Context, env Env, lim Limits, at netip.AddrPort, to Target) (id uint32, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, 2*lim.Early)
	found := make(chan uint32, 5)
	left := 0
	defer func() { // nothing stays behind
		cancel()
		for ; left > 0; left-- {
			<-found
		}
	}()
	waits := []time.Duration{lim.Hedge1, lim.Hedge2 - lim.Hedge1, lim.Hedge2, lim.Early / 2}
	try := func() {
		left++
		go func() {
			var x uint32
			defer func() { // a mistake of ours must not take the terminal with it
				_ = recover()
				found <- x
			}()
			if got, ok := p.prover.Identify(ctx, env, p.kind, at, to); ok {
				x = got
			}
		}()
	}
	try()
	timer := time.NewTimer(waits[0])
	defer timer.Stop()
	for left > 0 {
		select {
		case x := <-found:
			if left--; x != 0 {
				return x, true
			}
			if left == 0 {
				return 0, false // it shows nothing, and said so
			}
		case <-timer.C:
			try()
			if waits = waits[1:]; len(waits) > 0 {
				timer.Reset(waits[0])
			}
		}
	}
	return 0, false
}

// foreign tells whether the first words of a stranger, which were no answer to
// the row's own protocol, are those of another one. Web servers also answer in
// clear text to what comes to a port with TLS.
func foreign(kind, said string) bool {
	who := spoken([]byte(said))
	if who == "http" {
		return kind == "ssh" || kind == "mqtt" || kind == "ntp"
	}
	return who != "" && who != "tls" && who != kind
}

// fits tells whether the row's own service answered, however ill.
func fits(r Result) bool { return r.Status == Pass || r.Status == Note || r.Code == HTTPServerError }

// identified is the word on a service that shows who it is.
func (r *Result) identified(l *Layer, same bool) {
	switch l.Status = Pass; {
	case !same:
		l.Status, l.Code = Fail, InOtherMachine
		r.end(Fail, InOtherMachine)
		delete(r.Facts, "variant")
	case r.Status == Fail && (r.Code == TLSExpired || r.Code == TLSUntrusted || CertFault(r.Code)):
		// It arrives, and those who come turn away again: that is what counts.
	default:
		r.end(Pass, InProven, "way", "certificate")
	}
}

// noDatagram is the word on UDP that brought nothing back, or an error alone.
func (r *Result) noDatagram(l *Layer, to netip.Addr, proof Proof, post Post, proven bool) {
	code, device := reason(proof.Err, to, 0)
	switch {
	case proof.Err != nil && code != TCPSilent:
		l.Status, l.Code = Fail, code
		r.end(Fail, code, "device", device)
	case proven && (post.State == PostOurs || post.State == PostHeld):
		l.Status, l.Code = Fail, InSilent
		r.end(Fail, InSilent)
	default: // an old code would be met with silence too
		l.Status, l.Code = Unproven, InSilent
		r.end(Unproven, InSilent, "variant", "udp")
	}
}
