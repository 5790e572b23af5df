package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/wizard"
)

// disk is what a power cut leaves of a folder: only what was synced. Its calls
// are replayed from a trace of the program.
type disk struct {
	names   map[string]int  // paths as the running system sees them, to files
	durable map[string]int  // as they are on the disk
	now     map[int]string  // content as the running system sees it
	synced  map[int]string  // on the disk
	folders map[string]bool // that a cut leaves
	made    map[string]bool // that exist
	files   int
}

func newDisk() *disk {
	return &disk{map[string]int{}, map[string]int{}, map[int]string{}, map[int]string{}, map[string]bool{}, map[string]bool{}, 0}
}

// The calls of strace -y -xx that change a folder.
var (
	callOpen   = regexp.MustCompile(`openat\([^,]+, "([^"]*)", [A-Z_|]*O_CREAT[A-Z_|]*.* = \d+<`)
	callWrite  = regexp.MustCompile(`p?write(?:64)?\(\d+<([^>]*)>, "([^"]*)"(\.*), (\d+).* = \d+$`)
	callCut    = regexp.MustCompile(`ftruncate\(\d+<([^>]*)>, 0\) += 0$`)
	callSync   = regexp.MustCompile(`f(?:data)?sync\(\d+<([^>]*)>\) += 0$`)
	callRename = regexp.MustCompile(`renameat2?\([^,]+, "([^"]*)", [^,]+, "([^"]*)".*\) += 0$`)
	callMkdir  = regexp.MustCompile(`mkdirat\([^,]+, "([^"]*)", .* = 0$`)
	callUnlink = regexp.MustCompile(`unlinkat\([^,]+, "([^"]*)", .* = 0$`)
)

// play replays one call; it tells whether the call changed something.
func (d *disk) play(line string) bool {
	if m := callOpen.FindStringSubmatch(line); m != nil {
		path := text(m[1])
		if _, known := d.names[path]; !known {
			d.files++
			d.names[path] = d.files
		}
		return true
	}
	if m := callWrite.FindStringSubmatch(line); m != nil {
		if id, ok := d.names[text(m[1])]; ok {
			d.now[id] += text(m[2])
			return true
		}
		return false
	}
	if m := callCut.FindStringSubmatch(line); m != nil {
		d.now[d.names[text(m[1])]] = ""
		return true
	}
	if m := callSync.FindStringSubmatch(line); m != nil {
		path := text(m[1])
		if id, ok := d.names[path]; ok {
			d.synced[id] = d.now[id]
			return true
		}
		for p := range d.durable { // a folder: its names, as they are now
			dir := filepath.Dir(p)
			if dir == path || filepath.Dir(dir) == path && !d.made[dir] { // or in a folder that has another name now
				delete(d.durable, p)
			}
		}
		for p, id := range d.names {
			if filepath.Dir(p) == path {
				d.durable[p] = id
			}
		}
		for p := range d.made {
			if filepath.Dir(p) == path {
				d.folders[p] = true
			}
		}
		return true
	}
	if m := callRename.FindStringSubmatch(line); m != nil {
		from, to := text(m[1]), text(m[2])
		for p, id := range maps.Clone(d.names) { // a file, or all that is in a folder
			if p == from || strings.HasPrefix(p, from+"/") {
				delete(d.names, p)
				d.names[to+p[len(from):]] = id
			}
		}
		if d.made[from] {
			delete(d.made, from)
			d.made[to] = true
			if d.folders[from] { // the cut leaves one name or the other: both are the same folder
				d.folders[to] = true
				for p, id := range d.durable {
					if strings.HasPrefix(p, from+"/") {
						d.durable[to+p[len(from):]] = id
					}
				}
			}
		}
		return true
	}
	if m := callMkdir.FindStringSubmatch(line); m != nil {
		d.made[text(m[1])] = true
		return true
	}
	if m := callUnlink.FindStringSubmatch(line); m != nil {
		delete(d.names, text(m[1]))
		return true
	}
	return false
}

// calls are the lines of a trace, those of several threads put together again.
func calls(log string) []string {
	var out []string
	begun := map[string]string{}
	for line := range strings.Lines(log) {
		thread, call, _ := strings.Cut(strings.TrimRight(line, "\n"), " ")
		call = strings.TrimSpace(call)
		if head, ok := strings.CutSuffix(call, " <unfinished ...>"); ok {
			begun[thread] = head
			continue
		}
		if _, tail, ok := strings.Cut(call, " resumed>"); ok {
			call = begun[thread] + tail
		}
		out = append(out, call)
	}
	return out
}

// text undoes the escapes of -xx.
func text(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		if strings.HasPrefix(s[i:], `\x`) && i+4 <= len(s) {
			b.WriteByte(unhex(s[i+2])<<4 | unhex(s[i+3]))
			i += 4
			continue
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}

func unhex(c byte) byte { return byte(strings.IndexByte("0123456789abcdef", c)) }

// left is the content of every site file after a cut: name lost or content lost
// is told apart by a missing entry and an empty text.
func (d *disk) left(base string) map[string]string {
	out := map[string]string{}
	for p, id := range d.durable {
		whole := true
		for dir := filepath.Dir(p); dir != base && len(dir) > len(base); dir = filepath.Dir(dir) {
			whole = whole && d.folders[dir]
		}
		if whole && filepath.Base(p) == "site.yaml" {
			out[p] = d.synced[id]
		}
	}
	return out
}

// TestPowerCut cuts the power after every call that the program makes to its
// folder, and takes away all that was not synced then: what is left is the
// answers as they were last shown as saved, or newer ones, always whole.
func TestPowerCut(t *testing.T) {
	b := newBench(t, "strace")
	if err := os.MkdirAll(b.home, 0o700); err != nil {
		t.Fatal(err)
	}
	trace := filepath.Join(b.Dir, "trace")
	m := b.start(t, "strace", "-f", "-y", "-xx", "-s", "100000", "-o", trace,
		"-e", "trace=openat,write,pwrite64,ftruncate,fsync,fdatasync,renameat,renameat2,mkdirat,unlinkat", "-e", "signal=none")
	b.begin(m)
	for _, s := range stations[:len(stations)-1] {
		m.see(s.sees...)
		s.do(m)
	}
	m.see(stations[len(stations)-1].sees...)
	m.key("\x03\x03")
	m.end()
	log, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	a := newApp(nil, nil, nil)
	a.rulesDir = b.rules
	book, err := a.book()
	if err != nil {
		t.Fatal(err)
	}
	cat, err := a.catalogue()
	if err != nil {
		t.Fatal(err)
	}
	d, cuts, saves := newDisk(), 0, 0
	done := "" // the step that a sync has made sure
	var order []string
	for _, line := range calls(string(log)) {
		if !d.play(line) {
			continue
		}
		cuts++
		left := d.left(b.home)
		if done != "" && len(left) == 0 {
			t.Fatalf("cut %d: the answers are gone after\n%s", cuts, line)
		}
		for p, data := range left {
			site, err := wizard.ParseSite([]byte(data), book, cat)
			if err != nil {
				t.Fatalf("cut %d: %s is torn: %v\n%q\nafter %s", cuts, p, err, data, line)
			}
			if site.Step != done {
				order = append(order, site.Step)
				done = site.Step
				saves++
			}
		}
	}
	if want := []string{"case", "sources", "addresses", "where", "outbound", "firewalls", "brand:site", "front:site", "tables", "guides", "finish"}; !slices.Equal(order, want) {
		t.Errorf("after the cuts the steps are %v, want %v", order, want)
	}
	t.Logf("%d cuts, %d saves", cuts, saves)
}
