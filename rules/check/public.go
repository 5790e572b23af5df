package check

import (
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"net/netip"
	"slices"
	"strconv"
	"time"
)

// publicProbe is another probe whose server must show a certificate that the
// whole world takes: those who come are the machines of Google and Microsoft,
// which nobody can give an authority of one's own to.
type publicProbe struct{ inner Probe }

func (p publicProbe) Run(ctx context.Context, env Env, lim Limits, to Target) Result {
	res := p.inner.Run(ctx, env, lim, to)
	res.settle(ctx)
	switch {
	case res.Code == TLSClock || res.Code == TLSIntercepted && len(to.Addrs) == 0:
		// This computer, or its own network, is what is wrong.
	case len(res.shown) > 0:
		res.worldwide(env, lim, to)
	case (res.Code == TLSAlert || res.Code == TLSBad || res.Code == TLSClosed || res.Code == TLSReset) && onlyOld(ctx, env, lim, to, &res):
		res.certFault(CertVersion)
	}
	return res
}

// worldwide judges the certificates shown as somebody would who trusts the
// public authorities and nothing else.
func (r *Result) worldwide(env Env, lim Limits, to Target) {
	chain := r.shown[:min(len(r.shown), lim.Certs)]
	leaf, now := chain[0], env.Now()
	if variant := weak(chain); variant != "" {
		r.certFault(CertWeak, "variant", variant)
		return
	}
	if code := untrusted(env, chain); code != "" {
		r.certFault(code)
		return
	}
	left := leaf.NotAfter.Sub(now)
	switch {
	case leaf.VerifyHostname(to.Host) != nil:
		r.certFault(CertName, "expected", to.Host)
	case now.Before(leaf.NotBefore):
		r.certFault(CertExpired, "variant", "future", "not-before", leaf.NotBefore.UTC().Format(time.RFC3339))
	case left < 0:
		r.certFault(CertExpired, "not-after", leaf.NotAfter.UTC().Format(time.RFC3339))
	case r.Status == Pass && left < certSoon && left < leaf.NotAfter.Sub(leaf.NotBefore)/3:
		r.note(CertSoon, "days", strconv.Itoa(int(left.Hours()/24)), "not-after", leaf.NotAfter.UTC().Format(time.RFC3339))
	}
}

// certSoon is the time before its end at which a certificate should have been
// renewed. One of few days is renewed later: in the last third of its life.
const certSoon = 14 * 24 * time.Hour

// certFault is a certificate that others turn away from: the layer tls says so too.
func (r *Result) certFault(code Code, facts ...string) {
	if i := slices.IndexFunc(r.Layers, func(l Layer) bool { return l.Name == "tls" }); i >= 0 {
		r.Layers[i].Status, r.Layers[i].Code = Fail, code
	}
	delete(r.Facts, "variant")
	r.fail(code, facts...)
}

// CertFault tells whether a reason is one for which only those turn away who
// trust public authorities alone.
func CertFault(c Code) bool {
	return slices.Contains([]Code{CertPrivate, CertChain, CertName, CertExpired, CertWeak, CertVersion}, c)
}

// weak tells what of the certificates is too weak for today: "key" or
// "signature". What a root says of itself does not count.
func weak(chain []*x509.Certificate) string {
	for _, c := range chain {
		if selfSigned(c) && c != chain[0] {
			continue
		}
		switch k := c.PublicKey.(type) {
		case *rsa.PublicKey:
			if k.N.BitLen() < 2048 {
				return "key"
			}
		case *ecdsa.PublicKey:
			if k.Params().BitSize < 256 {
				return "key"
			}
		}
		if selfSigned(c) {
			continue
		}
		switch c.SignatureAlgorithm {
		case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.DSAWithSHA256, x509.ECDSAWithSHA1:
			return "signature"
		default:
		}
	}
	return ""
}

func selfSigned(c *x509.Certificate) bool { return string(c.RawSubject) == string(c.RawIssuer) }

// untrusted tells why a public authority does not vouch for the chain, whatever
// the time and the name; empty where one does, or where that is not known.
func untrusted(env Env, chain []*x509.Certificate) Code {
	leaf := chain[0]
	opts := x509.VerifyOptions{Roots: env.Roots(), Intermediates: x509.NewCertPool(), CurrentTime: env.Now()}
	if now := opts.CurrentTime; now.After(leaf.NotAfter) || now.Before(leaf.NotBefore) {
		opts.CurrentTime = leaf.NotAfter.Add(-time.Second)
	}
	for _, c := range chain[1:] {
		opts.Intermediates.AddCert(c)
	}
	found, err := leaf.Verify(opts)
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	switch {
	case err == nil && !ownStore(env) && !vouched(found):
		return CertPrivate // by an authority that somebody added to this computer
	case err == nil && !slices.ContainsFunc(found, func(c []*x509.Certificate) bool { return whole(c, chain) }):
		return CertChain // this computer had the missing one, others do not
	case err == nil:
		return ""
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return CertExpired
	case !errors.As(err, &unknown):
		return ""
	}
	last := end(chain)
	switch {
	case selfSigned(last) || !logged(leaf):
		return CertPrivate
	case publicName(last.Issuer.CommonName):
		return "" // the chain is whole; this computer is too old to know its authority
	}
	return CertChain
}

func ownStore(env Env) bool {
	s, ok := unwrapEnv(env).(interface{ OwnStore() bool })
	return ok && s.OwnStore()
}

func vouched(chains [][]*x509.Certificate) bool {
	return slices.ContainsFunc(chains, func(c []*x509.Certificate) bool { return slices.ContainsFunc(c, PublicRoot) })
}

// whole tells whether the server sent all of a chain but its root.
func whole(chain, shown []*x509.Certificate) bool {
	for _, c := range chain[:max(len(chain)-1, 1)] {
		if !slices.ContainsFunc(shown, c.Equal) {
			return false
		}
	}
	return true
}

// end is the last certificate that can be reached from the first by who signed it.
func end(shown []*x509.Certificate) *x509.Certificate {
	at := shown[0]
	for range shown {
		if selfSigned(at) {
			break
		}
		i := slices.IndexFunc(shown, func(c *x509.Certificate) bool {
			return c != at && string(c.RawSubject) == string(at.RawIssuer) && at.CheckSignatureFrom(c) == nil
		})
		if i < 0 {
			break
		}
		at = shown[i]
	}
	return at
}

// logged tells whether the certificate stands in the public logs (RFC 6962,
// section 3.3): those of public authorities do, since programs ask for it.
func logged(c *x509.Certificate) bool {
	return slices.ContainsFunc(c.Extensions, func(e pkix.Extension) bool { return e.Id.String() == "1.3.6.1.4.1.11129.2.4.2" })
}

// onlyOld tells whether the server answers TLS 1.0 or 1.1, after it declined
// what is newer.
func onlyOld(ctx context.Context, env Env, lim Limits, to Target, res *Result) bool {
	i := slices.IndexFunc(res.Layers, func(l Layer) bool { return l.Name == "tcp" && l.Status != Fail && l.Address != "" })
	if i < 0 {
		return false
	}
	at, err := netip.ParseAddrPort(res.Layers[i].Address)
	if err != nil {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, lim.Early)
	defer cancel()
	c, err := env.Dial(ctx, tcp(at.Addr()), at)
	if err != nil {
		return false
	}
	defer func() { _ = c.Close() }()
	defer bound(ctx, c)()
	old := greetingWay{}.config(env, to.Host)
	old.MinVersion, old.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	for _, s := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		old.CipherSuites = append(old.CipherSuites, s.ID)
	}
	seen := &head{Conn: c}
	_ = tls.Client(seen, old).HandshakeContext(context.WithoutCancel(ctx)) // what it says is what counts
	const handshake, serverHello = 22, 2
	return len(seen.first) > 5 && seen.first[0] == handshake && seen.first[5] == serverHello
}
