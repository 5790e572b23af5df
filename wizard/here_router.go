package wizard

import (
	"fmt"
	"io"
	"io/fs"
	"net/netip"
	"regexp"
	"strings"
)

// Makers tells who made the device at a hardware address.
type Makers struct {
	by map[string]maker // first three bytes, as six small hexadecimal digits
}

type maker struct{ id, name string }

// Bounds of makers.txt: about four times what is shipped.
const maxMakers = 64 << 10 // bytes

var ouiForm = regexp.MustCompile(`^[0-9a-f]{6}$`)

// LoadMakers reads makers.txt: "router id | maker | prefix prefix …" a line.
func LoadMakers(fsys fs.FS) (*Makers, error) {
	f, err := fsys.Open("makers.txt")
	if err != nil {
		return nil, fmt.Errorf("makers: %w", err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxMakers+1))
	if err != nil {
		return nil, fmt.Errorf("makers: %w", err)
	}
	if len(data) > maxMakers {
		return nil, fmt.Errorf("makers: larger than %d KiB", maxMakers>>10)
	}
	m := &Makers{by: map[string]maker{}}
	n := 0
	for line := range strings.Lines(string(data)) {
		n++
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		part := strings.Split(line, "|")
		if len(part) != 3 || !idForm.MatchString(strings.TrimSpace(part[0])) || clean(part[1]) == "" {
			return nil, fmt.Errorf("makers: line %d: want router id | maker | prefixes", n)
		}
		who := maker{strings.TrimSpace(part[0]), clean(strings.TrimSpace(part[1]))}
		for _, p := range strings.Fields(part[2]) {
			if !ouiForm.MatchString(p) {
				return nil, fmt.Errorf("makers: line %d: %q: want six small hexadecimal digits", n, clip(p))
			}
			if old, dup := m.by[p]; dup && old != who {
				return nil, fmt.Errorf("makers: line %d: %s is %s already", n, p, old.name)
			}
			m.by[p] = who
		}
	}
	return m, nil
}

// usual are addresses that only one brand ships its routers with.
var usual = map[string]maker{
	"192.168.178.1": {"fritzbox", "FRITZ!Box"},
	"192.168.88.1":  {"mikrotik", "MikroTik"},
	"192.168.86.1":  {"google-nest", "Google"},
	"192.168.31.1":  {"xiaomi", "Xiaomi"},
}

// router guesses the brand of the gateway from its hardware address, else from
// its address; empty for no guess. why is a key below "gateway" in the words.
func (m *Makers) router(mac string, gw netip.Addr) (id string, why remark) {
	if p := strings.ReplaceAll(mac, ":", ""); m != nil && len(p) == 12 {
		if who, ok := m.by[p[:6]]; ok {
			return who.id, remark{"maker-number", map[string]string{"maker": who.name}}
		}
	}
	if who, ok := usual[gw.String()]; ok && gw.IsValid() {
		return who.id, remark{"usual-address", map[string]string{"address": gw.String(), "maker": who.name}}
	}
	return "", remark{}
}
