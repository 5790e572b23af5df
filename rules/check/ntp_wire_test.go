package check

import (
	"encoding/binary"
	"errors"
	"testing"
	"time"
)

// ntpPacket is a good server packet that received and sent at the given time.
func ntpPacket(cookie uint64, at time.Time) []byte {
	b := make([]byte, ntpSize)
	b[0], b[1] = 4<<3|4, 2
	binary.BigEndian.PutUint64(b[24:], cookie)
	stamp := uint64(at.Unix()-ntpEpoch)<<32 | uint64(at.Nanosecond())<<32/uint64(time.Second)
	binary.BigEndian.PutUint64(b[32:], stamp)
	binary.BigEndian.PutUint64(b[40:], stamp)
	return b
}

func TestParseNTP(t *testing.T) {
	sent := time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC)
	got := sent.Add(40 * time.Millisecond)
	good := sent.Add(41*time.Second + 20*time.Millisecond)
	kiss := kissError("RATE")
	for name, tt := range map[string]struct {
		change func(b []byte) []byte
		want   time.Duration
		err    error
	}{
		"good":                    {want: 41 * time.Second},
		"with extensions":         {change: func(b []byte) []byte { return append(b, make([]byte, 20)...) }, want: 41 * time.Second},
		"version 3":               {change: func(b []byte) []byte { b[0] = 3<<3 | 4; return b }, want: 41 * time.Second},
		"leap second announced":   {change: func(b []byte) []byte { b[0] |= 1 << 6; return b }, want: 41 * time.Second},
		"short":                   {change: func(b []byte) []byte { return b[:47] }, err: errNTPForeign},
		"empty":                   {change: func([]byte) []byte { return nil }, err: errNTPForeign},
		"wrong origin":            {change: func(b []byte) []byte { b[31]++; return b }, err: errNTPForeign},
		"our own packet back":     {change: func([]byte) []byte { return ntpRequest(7) }, err: errNTPForeign},
		"broadcast":               {change: func(b []byte) []byte { b[0] = 4<<3 | 5; return b }, err: errNTPForeign},
		"version 7":               {change: func(b []byte) []byte { b[0] |= 7 << 3; return b }, err: errNTPForeign},
		"unsynchronised":          {change: func(b []byte) []byte { b[0] |= 3 << 6; return b }, err: errNTPUnsynced},
		"stratum 16":              {change: func(b []byte) []byte { b[1] = 16; return b }, err: errNTPUnsynced},
		"no time":                 {change: func(b []byte) []byte { clear(b[40:]); return b }, err: errNTPUnsynced},
		"answered before asked":   {change: func(b []byte) []byte { b[40]--; return b }, err: errNTPUnsynced},
		"kiss":                    {change: func(b []byte) []byte { b[1] = 0; copy(b[12:], "RATE"); return b }, err: kiss},
		"kiss and unsynchronised": {change: func(b []byte) []byte { b[0] |= 3 << 6; b[1] = 0; copy(b[12:], "RATE"); return b }, err: kiss},
	} {
		t.Run(name, func(t *testing.T) {
			b := ntpPacket(7, good)
			if tt.change != nil {
				b = tt.change(b)
			}
			a, err := parseNTP(b, 7, sent, got)
			if !errors.Is(err, tt.err) || (a.Offset-tt.want).Abs() > time.Microsecond {
				t.Errorf("got %v, %v, want %v, %v", a.Offset, err, tt.want, tt.err)
			}
			if err == nil && a.Delay != 40*time.Millisecond {
				t.Errorf("got delay %v, want 40ms", a.Delay)
			}
		})
	}
}

func TestNTPTimeEras(t *testing.T) {
	for name, tt := range map[string]struct{ near, at time.Time }{
		"now":                         {time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 24, 1, 0, 0, 500, time.UTC)},
		"clock at its first day":      {time.Unix(0, 0), time.Date(2026, 11, 24, 1, 0, 0, 0, time.UTC)},
		"just before the era ends":    {time.Date(2036, 2, 7, 6, 28, 0, 0, time.UTC), time.Date(2036, 2, 7, 6, 28, 20, 0, time.UTC)},
		"in the next era":             {time.Date(2036, 3, 1, 0, 0, 0, 0, time.UTC), time.Date(2036, 3, 1, 0, 5, 0, 0, time.UTC)},
		"we are behind, in era 0":     {time.Date(2035, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2037, 1, 1, 0, 0, 0, 0, time.UTC)},
		"we are ahead, the server no": {time.Date(2037, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2035, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		t.Run(name, func(t *testing.T) {
			stamp := uint64(tt.at.Unix()-ntpEpoch) << 32
			if got := ntpTime(stamp, tt.near); got.Unix() != tt.at.Unix() {
				t.Errorf("got %v, want %v", got.UTC(), tt.at)
			}
		})
	}
}

func TestAgree(t *testing.T) {
	s := func(offset, delay int) ntpAnswer {
		return ntpAnswer{Offset: time.Duration(offset) * time.Second, Delay: time.Duration(delay) * time.Millisecond}
	}
	for name, tt := range map[string]struct {
		in       []ntpAnswer
		want     time.Duration
		majority bool
	}{
		"one":             {[]ntpAnswer{s(41, 9)}, 41 * time.Second, true},
		"two agree":       {[]ntpAnswer{s(41, 9), s(41, 1)}, 41 * time.Second, true},
		"two differ":      {[]ntpAnswer{s(4000, 9), s(41, 1)}, 41 * time.Second, false},
		"one of three":    {[]ntpAnswer{s(4000, 1), s(41, 9), s(41, 9)}, 41 * time.Second, true},
		"outlier below":   {[]ntpAnswer{s(0, 9), s(-9000, 1), s(0, 9), s(0, 9)}, 0, true},
		"two against two": {[]ntpAnswer{s(5, 9), s(5, 8), s(90, 1), s(90, 7)}, 90 * time.Second, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got, majority := agree(tt.in); got != tt.want || majority != tt.majority {
				t.Errorf("got %v, %v, want %v, %v", got, majority, tt.want, tt.majority)
			}
		})
	}
}

func FuzzParseNTP(f *testing.F) {
	now := time.Unix(1795485600, 0)
	f.Add(ntpPacket(7, now), uint64(7), now.Unix())
	f.Add(ntpRequest(7), uint64(7), now.Unix())
	f.Add([]byte{}, uint64(0), int64(0))
	f.Fuzz(func(t *testing.T, b []byte, cookie uint64, unix int64) {
		sent := time.Unix(unix%(1<<33), 0)
		a, err := parseNTP(b, cookie, sent, sent.Add(time.Millisecond))
		if err != nil && a != (ntpAnswer{}) {
			t.Fatalf("got %+v and %v", a, err)
		}
		if err == nil && (a.Stratum == 0 || a.Stratum > 15 || a.Delay < 0 || a.Offset.Abs() > 70*366*24*time.Hour) {
			t.Fatalf("got %+v of %x", a, b)
		}
	})
}
