package check

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"
)

func TestFold(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	row := func(kind string, s Status, c Code, facts ...string) Result {
		r := Result{At: now}
		r.Job.Kind, r.Job.Key = kind, kind
		r.end(s, c, facts...)
		return r
	}
	dead := func(c Code) Result {
		r := row("https", Fail, c)
		r.Layers = []Layer{{Name: "dns", Status: Fail, Code: c}}
		return r
	}
	opened := func(c Code) Result {
		r := row("https", Unproven, c)
		r.Layers = []Layer{{Name: "tcp", Status: Pass}}
		return r
	}
	days := func(n int) string { return now.AddDate(0, 0, n).Format(time.RFC3339) }
	tests := map[string]struct {
		in     []Result
		causes []Code
		folded []int // indexes
	}{
		"nothing":  {nil, nil, nil},
		"all well": {[]Result{row("route", Pass, ""), row("https", Pass, ""), row("ssh", Note, TCPFamily)}, nil, nil},
		"no route": {[]Result{
			row("route", Fail, RouteNone), row("gateway", Unproven, RouteNone), row("dns", Fail, DNSSilent), row("clock", Unproven, ClockOpen),
			row("https", Fail, TCPNoRoute), row("tcp", Pass, ""), row("tcp", Fail, TCPRefused),
		}, []Code{RouteNone}, []int{2, 3, 4}},
		"gateway silent": {[]Result{
			row("route", Pass, ""), row("gateway", Unproven, GatewaySilent), row("dns", Fail, DNSSilent), row("https", Fail, DNSSilent), row("ntp", Unproven, NTPSilent),
		}, []Code{GatewaySilent}, []int{2, 3, 4}},
		"gateway mute, rest well": {[]Result{
			row("gateway", Unproven, GatewaySilent), row("dns", Pass, ""), row("https", Pass, ""), row("tcp", Fail, TCPSilent),
		}, nil, nil},
		"gateway mute, DNS answers": {[]Result{
			row("gateway", Unproven, GatewaySilent), row("dns", Pass, ""), row("https", Fail, TCPSilent), row("tcp", Fail, TCPSilent),
		}, nil, nil},
		"all silent behind the gateway": {[]Result{
			row("gateway", Pass, ""), row("https", Fail, TCPSilent), row("tcp", Fail, TCPSilent), row("ntp", Unproven, NTPSilent),
		}, []Code{NetSilent}, []int{1, 2, 3}},
		"a connection without an end is an answer": {[]Result{
			row("gateway", Pass, ""), row("https", Fail, TCPSilent), row("tcp", Fail, TCPSilent), row("tcp", Fail, TCPSilent), opened(CheckTimeout),
		}, nil, nil},
		"one refusal is an answer": {[]Result{
			row("gateway", Pass, ""), row("https", Fail, TCPSilent), row("tcp", Fail, TCPSilent), row("tcp", Fail, TCPSilent), row("tcp", Fail, TCPRefused),
		}, nil, nil},
		"DNS dead": {[]Result{
			row("gateway", Pass, ""), row("dns", Fail, DNSSilent), dead(DNSSilent), dead(DNSSilent), row("tcp", Fail, TCPRefused), row("clock", Unproven, ClockOpen),
		}, []Code{DNSSilent}, []int{2, 3, 5}},
		"DNS dead, told by the rows alone": {[]Result{dead(DNSServFail), dead(DNSServFail), dead(DNSServFail)}, []Code{DNSServFail}, []int{0, 1, 2}},
		"one unknown name is no cause":     {[]Result{dead(DNSNXDomain), row("https", Pass, "")}, nil, nil},
		"portal": {[]Result{
			row("portal", Fail, HTTPPortal), row("http", Fail, HTTPPortal), row("https", Fail, TLSWrongName), row("tcp", Fail, TCPSilent), row("https", Pass, ""), row("https", Fail, DNSNXDomain),
		}, []Code{HTTPPortal}, []int{1, 2, 3}},
		"clock": {[]Result{
			row("clock", Fail, ClockOff, "offset", (30 * 24 * time.Hour).String()),
			row("https", Fail, TLSClock, "not-before", days(10), "not-after", days(90)),
			row("https", Fail, TLSExpired, "not-before", days(-90), "not-after", days(-10)),
			row("https", Fail, TLSWrongName),
		}, []Code{ClockOff}, []int{1}},
		"clock a little off": {[]Result{row("clock", Note, ClockOff, "offset", "15s"), row("https", Fail, TLSExpired, "not-before", days(-90), "not-after", days(-10))}, nil, nil},
		"not run is not folded": {[]Result{
			row("route", Fail, RouteNone), row("https", Waiting, NotHere), row("https", NotNeeded, ""), row("https", Skipped, Cancelled),
		}, []Code{RouteNone}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for i := range tt.in {
				tt.in[i].Job.Key = fmt.Sprint(i)
			}
			before := fmt.Sprintf("%+v", tt.in)
			causes, out := Fold(tt.in)
			if fmt.Sprintf("%+v", tt.in) != before {
				t.Error("Fold changed what it was given")
			}
			var codes []Code
			var explains []string
			for _, c := range causes {
				codes = append(codes, c.Code)
				explains = append(explains, c.Explains...)
			}
			if !slices.Equal(codes, tt.causes) {
				t.Errorf("causes: got %v, want %v", codes, tt.causes)
			}
			if len(out) != len(tt.in) {
				t.Fatalf("%d results from %d", len(out), len(tt.in))
			}
			for i, r := range out {
				folded := slices.Contains(tt.folded, i)
				switch {
				case folded && (r.Status != Skipped || r.Cause == "" || r.Code != tt.in[i].Code || !slices.Contains(explains, r.Job.Key)):
					t.Errorf("row %d: got %v %q, cause %q, want it folded", i, r.Status, r.Code, r.Cause)
				case !folded && (r.Cause != "" || r.Status != tt.in[i].Status):
					t.Errorf("row %d: got %v, cause %q, want it as it was", i, r.Status, r.Cause)
				}
			}
		})
	}
}

// TestFoldNeverGreen holds that folding makes nothing better than it was.
func TestFoldNeverGreen(t *testing.T) {
	for _, cause := range []Result{
		{Job: Job{Kind: "route"}, Status: Fail, Code: RouteNone},
		{Job: Job{Kind: "gateway"}, Status: Unproven, Code: GatewaySilent},
		{Job: Job{Kind: "dns"}, Status: Fail, Code: DNSSilent},
		{Job: Job{Kind: "portal"}, Status: Fail, Code: HTTPPortal},
	} {
		for _, code := range Codes() {
			for s := Unproven; s <= Running; s++ {
				_, out := Fold([]Result{cause, {Job: Job{Key: "x", Kind: "https"}, Status: s, Code: code}})
				if got := out[1].Status; got != s && got != Skipped || s == Pass && got != Pass {
					t.Errorf("%v %q under %q became %v", s, code, cause.Code, got)
				}
			}
		}
	}
}

func TestCodes(t *testing.T) {
	seen := map[Code]bool{}
	for _, c := range Codes() {
		if seen[c] || c == "" {
			t.Errorf("code %q is there twice or empty", c)
		}
		seen[c] = true
	}
}

func TestScaled(t *testing.T) {
	if got := (Limits{}).scaled(); got != DefaultLimits() {
		t.Errorf("the zero value became %+v", got)
	}
	d, two := DefaultLimits(), Limits{Patience: 2}.scaled()
	if two.TCP != 2*d.TCP || two.Row != 2*d.Row || two.Pace != d.Pace || two.ClockFail != d.ClockFail || two.Patience != 1 {
		t.Errorf("patience 2 became %+v", two)
	}
	// Every wait is scaled; what is no wait is named here.
	v, w := reflect.ValueOf(d), reflect.ValueOf(two)
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if v.Field(i).Type() == reflect.TypeFor[time.Duration]() && v.Field(i).Int()*2 != w.Field(i).Int() &&
			!slices.Contains([]string{"Pace", "ClockNote", "ClockFail"}, name) {
			t.Errorf("patience forgets %s", name)
		}
	}
}
