package wizard

import (
	"bytes"
	"compress/flate"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/syncsign/sops-firewall/rules/check"
)

// A transfer is what one place saw as a few lines of text, to be pasted into a
// chat or over SSH into the wizard elsewhere. It holds no name and no address but
// the place's label, of a row only its mark, state, reason and time:
//
//	--- BEGIN SOPS CHECK ---
//	base32( crc32(payload) deflate(payload) )
//	--- END SOPS CHECK ---
//	payload: version, place, time, label, number of rows, rows
//
// It is read back whatever a chat makes of it: quoted, broken into other lines,
// in other case, with dashes of another kind.
const (
	transferVersion = 1
	transferBegin   = "--- BEGIN SOPS CHECK ---"
	transferEnd     = "--- END SOPS CHECK ---"
	transferLine    = 72 // columns
)

// Bounds of a transfer that is read.
const (
	MaxPaste       = 64 << 10 // bytes of text
	maxTransfers   = 8        // blocks in it
	maxTransferred = 64 << 10 // bytes of payload
)

// base32 has letters that survive a change of case and no sign that a chat takes
// for its own.
var transferCode = base32.StdEncoding.WithPadding(base32.NoPadding)

// transferStatuses are numbered by their place here.
var transferStatuses = []check.Status{
	check.Unproven, check.Pass, check.Note, check.Fail, check.Waiting, check.Skipped, check.NotNeeded,
}

// flowMark stands for a flow's key: both ends know the site.
func flowMark(key string) uint32 { return max(crc32.ChecksumIEEE([]byte(key)), 1) }

// Transfer is what was seen here, as text of its own lines; n is how many rows.
func (b *Board) Transfer(started time.Time) (text string, n int) {
	var rows []byte
	for _, v := range b.chosen(nil) {
		r, ran := b.raw[v.Flow.Key]
		if !ran || r.Provisional || !checkable(v.Flow, b.from) || v.Flow.Table.ID == Basics {
			continue
		}
		if len(v.parts) > 0 { // what was seen here alone
			v = v.parts[slices.IndexFunc(v.parts, func(p FlowView) bool { return p.Sightings[0].Label == b.label })]
		}
		reason := v.Result.Code
		if v.Status == check.Skipped && v.Result.Cause != "" {
			reason = v.Result.Cause
		}
		rows = binary.BigEndian.AppendUint32(rows, flowMark(v.Flow.Key))
		rows = append(rows, byte(max(slices.Index(transferStatuses, settled(v.Status)), 0)))
		rows = binary.AppendUvarint(rows, uint64(max(slices.Index(supportReasons, reason), 0))) //nolint:gosec // not negative
		rows = binary.AppendVarint(rows, int64(r.At.Sub(started)/time.Minute))
		n++
	}
	p := []byte{transferVersion, byte(slices.Index(places, b.from))}
	p = binary.AppendUvarint(p, uint64(max(started.Unix(), 0))) //nolint:gosec // not negative
	p = append(append(p, byte(len(b.label))), b.label...)
	p = append(binary.AppendUvarint(p, uint64(n)), rows...) //nolint:gosec // not negative
	return transferText(p), n
}

// transferText packs a payload into lines.
func transferText(p []byte) string {
	var packed bytes.Buffer
	packed.Write(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(p)))
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		panic(err) // the level is a constant and right
	}
	_, err = w.Write(p)
	if err = errors.Join(err, w.Close()); err != nil {
		panic(err) // a buffer takes everything
	}
	code := transferCode.EncodeToString(packed.Bytes())
	lines := []string{transferBegin}
	for len(code) > transferLine {
		lines = append(lines, code[:transferLine])
		code = code[transferLine:]
	}
	return strings.Join(append(lines, code, transferEnd), "\n") + "\n"
}

// letters are what counts of a pasted text: the code and its marks have no others.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, text)
}

// The marks around a block, as letters has them.
var beginLetters, endLetters = letters(transferBegin), letters(transferEnd)

// Pasted tells how a text stands that is still being pasted: begun has a block in
// it, whole has no block without its end.
func Pasted(text string) (begun, whole bool) {
	l := letters(text)
	begun = strings.Contains(l, beginLetters)
	return begun, begun && strings.LastIndex(l, endLetters) > strings.LastIndex(l, beginLetters)
}

// ParsePaste reads the blocks of a pasted text; what stands around them does not
// matter. The error is a sentence for the user.
func ParsePaste(text string) ([]Report, error) {
	if len(text) > MaxPaste {
		return nil, check.Say("problems.paste.large", "max", "64")
	}
	rest := letters(text)
	var out []Report
	for {
		_, after, ok := strings.Cut(rest, beginLetters)
		if !ok {
			break
		}
		code, next, ok := strings.Cut(after, endLetters)
		if !ok || strings.Contains(code, beginLetters) {
			return nil, check.Say("problems.paste.cut")
		}
		if len(out) == maxTransfers {
			return nil, check.Say("problems.paste.several", "max", "8")
		}
		r, err := parseTransfer(code)
		if err != nil {
			return nil, err
		}
		out, rest = append(out, r), next
	}
	if len(out) == 0 {
		return nil, check.Say("problems.paste.none")
	}
	return out, nil
}

// ParseSaved reads a file of results: what check --save wrote, or pasted text.
func ParseSaved(data []byte) ([]Report, error) {
	if begun, _ := Pasted(string(data[:min(len(data), MaxPaste)])); begun && !bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
		return ParsePaste(string(data))
	}
	r, err := ParseReport(data)
	return []Report{r}, err
}

// parseTransfer reads one block's letters.
func parseTransfer(code string) (Report, error) {
	wrong := check.Say("problems.paste.wrong")
	// Where somebody typed it: these look alike, and base 32 has only the letters.
	raw, err := transferCode.DecodeString(strings.NewReplacer("0", "O", "1", "I", "8", "B").Replace(code))
	if err != nil || len(raw) < 5 {
		return Report{}, wrong
	}
	packed := bytes.NewReader(raw[4:])
	p, err := io.ReadAll(io.LimitReader(flate.NewReader(packed), maxTransferred+1))
	if err != nil || len(p) > maxTransferred || packed.Len() > 0 || crc32.ChecksumIEEE(p) != binary.BigEndian.Uint32(raw) || len(p) == 0 {
		return Report{}, wrong
	}
	if p[0] != transferVersion {
		return Report{}, check.Say("problems.paste.version")
	}
	r, ok := unpackTransfer(p[1:])
	if !ok {
		return Report{}, wrong
	}
	return r, nil
}

// unpackTransfer reads a payload behind its version.
func unpackTransfer(p []byte) (r Report, ok bool) {
	in := &transferReader{rest: p}
	place, started, label := in.byte(), in.uvarint(), string(in.take(int(in.byte())))
	n := in.uvarint()
	if in.bad || int(place) >= len(places) || started > 1<<34 || !utf8.ValidString(label) || label != check.Clean(label, LabelMax) || n > uint64(len(in.rest)) {
		return r, false
	}
	at := time.Unix(int64(started), 0).UTC()
	r = Report{Schema: reportSchema, From: string(places[place]), Label: label, Started: at, Results: []ReportResult{}}
	for range n {
		mark, status, reason, later := in.take(4), in.byte(), in.uvarint(), in.varint()
		if in.bad || int(status) >= len(transferStatuses) || later < -1<<20 || later > 1<<20 {
			return r, false
		}
		x := ReportResult{
			Status: transferStatuses[status].String(), From: r.From, Label: label,
			At: at.Add(time.Duration(later) * time.Minute), mark: max(binary.BigEndian.Uint32(mark), 1),
		}
		if reason < uint64(len(supportReasons)) { // a newer program may know more of them
			x.Reason = string(supportReasons[reason])
		}
		r.Results = append(r.Results, x)
	}
	return r, len(in.rest) == 0
}

// transferReader reads a payload; bad once it ended too early.
type transferReader struct {
	rest []byte
	bad  bool
}

func (t *transferReader) take(n int) []byte {
	if n > len(t.rest) {
		t.bad, t.rest = true, nil
		return make([]byte, n)
	}
	out := t.rest[:n]
	t.rest = t.rest[n:]
	return out
}

func (t *transferReader) byte() byte { return t.take(1)[0] }

func (t *transferReader) uvarint() uint64 {
	v, n := binary.Uvarint(t.rest)
	if n <= 0 {
		t.bad = true
		return 0
	}
	t.rest = t.rest[n:]
	return v
}

func (t *transferReader) varint() int64 {
	v, n := binary.Varint(t.rest)
	if n <= 0 {
		t.bad = true
		return 0
	}
	t.rest = t.rest[n:]
	return v
}
