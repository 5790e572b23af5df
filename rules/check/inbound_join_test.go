package check

import "testing"

// TestJoinFamilies: a family that is closed is never hidden by the other one.
func TestJoinFamilies(t *testing.T) {
	var (
		proven  = Result{Status: Pass, Code: InProven}
		masked  = Result{Status: Note, Code: InMasked}
		page    = Result{Status: Note, Code: InSamePage, Facts: Facts{"variant": "page"}}
		unnamed = Result{Status: Unproven, Code: InUnnamed}
		mute    = Result{Status: Unproven, Code: InMute}
		inside  = Result{Status: Unproven, Code: InInsideSource}
		silent  = Result{Status: Fail, Code: InSilent}
		other   = Result{Status: Fail, Code: InOtherMachine}
	)
	for name, c := range map[string]struct {
		found   []Result
		status  Status
		code    Code
		missing string
	}{
		"both":                          {[]Result{proven, proven}, Pass, InProven, ""},
		"IPv6 silent":                   {[]Result{proven, silent}, Note, TCPFamily, "IPv6"},
		"IPv4 silent":                   {[]Result{silent, proven}, Note, TCPFamily, "IPv4"},
		"IPv4 at another device":        {[]Result{other, proven}, Note, TCPFamily, "IPv4"},
		"IPv4 mute":                     {[]Result{mute, proven}, Note, TCPFamily, "IPv4"},
		"IPv6 from inside":              {[]Result{proven, inside}, Pass, InProven, ""},
		"IPv6 not told":                 {[]Result{proven, unnamed}, Pass, InProven, ""},
		"IPv4 masked":                   {[]Result{masked, proven}, Pass, InProven, ""},
		"masked, IPv6 silent":           {[]Result{masked, silent}, Note, TCPFamily, "IPv6"},
		"the same page, IPv4 silent":    {[]Result{silent, page}, Note, TCPFamily, "IPv4"},
		"IPv4 silent, IPv6 not told":    {[]Result{silent, unnamed}, Fail, InSilent, ""},
		"IPv4 not told, IPv6 silent":    {[]Result{unnamed, silent}, Unproven, InUnnamed, ""},
		"IPv4 silent, IPv6 from inside": {[]Result{silent, inside}, Unproven, InInsideSource, ""},
		"neither":                       {[]Result{silent, other}, Fail, InSilent, ""},
		"IPv6 alone":                    {[]Result{silent}, Fail, InSilent, ""},
	} {
		var r Result
		r.join(c.found)
		if r.Status != c.status || r.Code != c.code || r.Facts["family"] != c.missing || r.Code == TCPFamily && r.Facts["variant"] != "" {
			t.Errorf("%s: %v %s %v, want %v %s %q", name, r.Status, r.Code, r.Facts, c.status, c.code, c.missing)
		}
	}
}
