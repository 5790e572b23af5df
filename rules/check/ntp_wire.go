package check

import (
	"cmp"
	"encoding/binary"
	"errors"
	"slices"
	"time"
)

const ntpSize = 48 // bytes of a packet without extensions

// ntpEpoch is the Unix time at which NTP era 0 starts, 1900-01-01.
const ntpEpoch = -2208988800

var (
	errNTPForeign  = errors.New("an answer to another question")
	errNTPUnsynced = errors.New("the time server has no time itself")
)

// kissError is a time server's request to be left alone.
type kissError string

func (e kissError) Error() string { return "kiss code " + string(e) }

// ntpRequest is a client packet of version 4. The transmit time is a random
// cookie: it tells our answer from a forged one and does not give our clock away.
func ntpRequest(cookie uint64) []byte {
	b := make([]byte, ntpSize)
	b[0] = 4<<3 | 3
	binary.BigEndian.PutUint64(b[40:], cookie)
	return b
}

// ntpAnswer is what one address told.
type ntpAnswer struct {
	Offset  time.Duration // of the server's clock against ours; positive means ours is slow
	Delay   time.Duration // round trip without the server's own time
	Stratum uint8
}

// parseNTP reads the answer to the request with that cookie, which left at
// sent and came back at got by the local clock.
func parseNTP(b []byte, cookie uint64, sent, got time.Time) (ntpAnswer, error) {
	if len(b) < ntpSize || binary.BigEndian.Uint64(b[24:]) != cookie {
		return ntpAnswer{}, errNTPForeign
	}
	leap, version, mode, stratum := b[0]>>6, b[0]>>3&7, b[0]&7, b[1]
	if mode != 4 || version < 1 || version > 4 {
		return ntpAnswer{}, errNTPForeign
	}
	received, transmitted := binary.BigEndian.Uint64(b[32:]), binary.BigEndian.Uint64(b[40:])
	switch {
	case stratum == 0 && kiss(b[12:16]):
		return ntpAnswer{}, kissError(b[12:16])
	case stratum == 0, leap == 3 || stratum > 15 || transmitted == 0 || received == 0:
		return ntpAnswer{}, errNTPUnsynced
	}
	t2, t3 := ntpTime(received, sent), ntpTime(transmitted, sent)
	if t3.Before(t2) {
		return ntpAnswer{}, errNTPUnsynced // it answered before it was asked
	}
	return ntpAnswer{
		Offset:  (t2.Sub(sent) + t3.Sub(got)) / 2,
		Delay:   max(0, got.Sub(sent)-t3.Sub(t2)),
		Stratum: stratum,
	}, nil
}

// kiss tells whether the field holds a word, as RFC 5905 wants of a server that
// turns guests away. One that only lacks the time has an address or zeros there.
func kiss(b []byte) bool {
	return !slices.ContainsFunc(b, func(c byte) bool { return (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != 0 }) && b[0] >= 'A'
}

// ntpTime reads a timestamp in the era that is nearest to the local time near.
func ntpTime(stamp uint64, near time.Time) time.Time {
	sec := near.Unix() - ntpEpoch
	sec += int64(int32(uint32(stamp>>32) - uint32(sec)))
	nsec := int64((stamp & 0xffffffff) * uint64(time.Second) >> 32)
	return time.Unix(sec+ntpEpoch, nsec)
}

// agreeWindow is how far apart clocks may be that are said to agree: more than
// the error of a slow line, less than an offset worth a word.
const agreeWindow = time.Second

// agree is the offset that most of the answers share, and whether more than
// half do. Without a majority it is that of the nearest server. It needs one answer.
func agree(answers []ntpAnswer) (offset time.Duration, majority bool) {
	sorted := slices.SortedFunc(slices.Values(answers), func(a, b ntpAnswer) int { return cmp.Compare(a.Offset, b.Offset) })
	var from, size int
	for i := range sorted {
		j := i
		for j < len(sorted) && sorted[j].Offset-sorted[i].Offset <= agreeWindow {
			j++
		}
		if j-i > size {
			from, size = i, j-i
		}
	}
	if 2*size > len(sorted) {
		return sorted[from+(size-1)/2].Offset, true
	}
	nearest := slices.MinFunc(answers, func(a, b ntpAnswer) int { return cmp.Compare(a.Delay, b.Delay) })
	return nearest.Offset, false
}
