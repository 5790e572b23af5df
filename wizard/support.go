package wizard

import (
	"crypto/sha256"
	"slices"
	"time"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/spoken"
)

// SupportCodeMax is how many characters a support code has at most, without its hyphens.
const SupportCodeMax = 24

// The parts of a support code, in their order. Changing any of it needs another
// supportVersion: codes are read out by one version and typed into another.
//
//	version, rule book, case, place, sources, detail, own sources -- then the states
const (
	supportVersion  = 0
	supportVersions = 8
	bookMarks       = 1 << 8 // of a rule book: another one is noticed 255 times of 256
	ownMax          = 7      // own data sources whose state has room
	ownRowMax       = 3      // the same where rows alone have room
)

// detail is how much a code says, from all to what always has room.
type detail int

const (
	byReason detail = iota // every flow with its reason
	byFlow                 // every flow
	byRow                  // every row: the worst of its flows
	details
)

var (
	supportCases    = []rules.Case{"", rules.CaseLAN, rules.CaseInternet}
	supportPlaces   = []rules.Place{rules.FromServer, rules.FromHub, rules.FromInternet}
	supportStatuses = []check.Status{
		check.Pass, check.Waiting, check.Fail, check.Unproven, check.Note, check.Skipped, check.NotNeeded,
	}
)

// Errors of a support code as it was typed.
var (
	ErrCodeTyped   error = check.Say("problems.support.typed")
	ErrCodeVersion error = check.Say("problems.support.version")
	ErrCodeBook    error = check.Say("problems.support.book")
	// ErrCodeRoom says that a rule book has more rows than a code has room for.
	ErrCodeRoom error = check.Say("problems.support.room")
)

// SupportCode is the state of all rows in a code that can be read out on the
// phone: at most SupportCodeMax characters and one of them to check the others,
// in groups of four. It holds no name and no address.
func (b *Board) SupportCode() (string, error) {
	for d := byReason; d < details; d++ {
		values := b.pack(d)
		if len(values) < SupportCodeMax {
			return spoken.Write(append(values, spoken.Check(values))), nil
		}
	}
	return "", ErrCodeRoom
}

func (b *Board) pack(d detail) []byte {
	p := &spoken.Packer{}
	put := func(of, symbol int) { p.Put(spoken.Even(of), symbol) }
	put(supportVersions, supportVersion)
	put(bookMarks, bookMark(b.book))
	put(len(supportCases), max(slices.Index(supportCases, b.site.Case), 0))
	put(len(supportPlaces), max(slices.Index(supportPlaces, b.from), 0))
	facts := b.site.Facts()
	for _, s := range rules.AllSources() {
		put(2, one(facts.Has(s)))
	}
	own := 0
	for _, s := range b.site.Sources {
		own += one(s.Host != "")
	}
	own = min(own, d.own())
	put(int(details), int(d))
	put(d.own()+1, own)
	m := newSupportModels()
	b.support(d, own, func(flows []FlowView) {
		status, reason := worst(flows)
		m.status(d, func(model *spoken.Model) int {
			i := max(slices.Index(supportStatuses, status), 0)
			p.Put(model, i)
			return i
		})
		if d == byReason && reasoned(status) {
			p.Put(m.reasons, max(slices.Index(supportReasons, reason), 0))
		}
	})
	return p.Values()
}

// own is for how many data sources of the site a code has room.
func (d detail) own() int {
	if d == byRow {
		return ownRowMax
	}
	return ownMax
}

// support visits what a code says something about: flow by flow, or row by row.
func (b *Board) support(d detail, own int, visit func([]FlowView)) {
	for _, t := range b.Views(false) {
		rows := t.Rows
		if t.Table.ID == ownTable {
			rows = rows[:min(own, len(rows))]
		}
		for _, r := range rows {
			if d == byRow {
				visit(r.Flows)
				continue
			}
			for i := range r.Flows {
				visit(r.Flows[i : i+1])
			}
		}
	}
}

// worst is the status that counts of some flows, and its reason.
func worst(flows []FlowView) (check.Status, check.Code) {
	best, at := len(severity), 0
	for i, f := range flows {
		if n := slices.Index(severity, settled(f.Status)); n >= 0 && n < best {
			best, at = n, i
		}
	}
	if best == len(severity) {
		return check.Unproven, ""
	}
	reason := flows[at].Result.Code
	if c := flows[at].Result.Cause; severity[best] == check.Skipped && c != "" {
		reason = c
	}
	return severity[best], reason
}

// reasoned tells whether a status has a reason worth a place in the code.
func reasoned(s check.Status) bool { return s != check.Pass && s != check.NotNeeded }

// Explained is what a support code says.
type Explained struct {
	Site   Site   // the case and the kinds of data sources; nothing else is known
	Detail string // "reason", "flow" or "row"
	Report Report
}

// ExplainCode reads a support code against a rule book. The rows' names and
// sentences are those of book and words; at is the time to put into the report.
func ExplainCode(book *rules.Book, words *Words, code string, at time.Time) (Explained, error) {
	values, err := spoken.Read(code, SupportCodeMax)
	if err != nil || len(values) < 2 {
		return Explained{}, ErrCodeTyped
	}
	values, sum := values[:len(values)-1], values[len(values)-1]
	if spoken.Check(values) != sum {
		return Explained{}, ErrCodeTyped
	}
	u := spoken.NewUnpacker(values)
	take := func(of int) int { return u.Take(spoken.Even(of)) }
	if take(supportVersions) != supportVersion {
		return Explained{}, ErrCodeVersion
	}
	if take(bookMarks) != bookMark(book) {
		return Explained{}, ErrCodeBook
	}
	site := Site{Version: siteVersion, Case: supportCases[take(len(supportCases))]}
	from := supportPlaces[take(len(supportPlaces))]
	for _, s := range rules.AllSources() {
		if take(2) == 1 {
			site.Sources = append(site.Sources, DataSource{Kind: s})
		}
	}
	d := detail(take(int(details)))
	own := take(d.own() + 1)
	laid := site.clone()
	laid.Server.Domain = words.Say("support.domain")
	if own > 0 && len(site.Sources) == 0 {
		return Explained{}, ErrCodeTyped
	}
	for range own { // of which kind is not in the code
		laid.Sources = append(laid.Sources, DataSource{Kind: site.Sources[0].Kind, Host: words.Say("support.own-host")})
	}
	b := NewBoard(book, words, laid, from)
	b.unpack(u, d, own, at)
	if err := u.Done(values); err != nil {
		return Explained{}, ErrCodeTyped
	}
	rep := b.Report(at, 0)
	rep.Support = "" // it is known
	return Explained{Site: site, Detail: []string{"reason", "flow", "row"}[d], Report: rep}, nil
}

// unpack brings the states of a code to the board, as they were: causes are not
// looked for once more.
func (b *Board) unpack(u *spoken.Unpacker, d detail, own int, at time.Time) {
	m := newSupportModels()
	found := map[string]check.Result{}
	b.support(d, own, func(flows []FlowView) {
		status := supportStatuses[m.status(d, u.Take)]
		r := check.Result{Status: status, At: at}
		if d == byReason && reasoned(status) {
			r.Code = supportReasons[u.Take(m.reasons)]
		}
		if status == check.Skipped {
			r.Cause = r.Code
		}
		for _, f := range flows {
			r.Job = f.Flow.Job()
			found[f.Flow.Key] = r
		}
	})
	b.raw, b.folded, b.causes, b.stale = found, found, nil, false
}

// usualReasons are the first weights of reasons that are more likely than others.
var usualReasons = map[check.Code]int64{
	check.NotHere: 80, check.TCPSilent: 30, check.TCPBlockedBy: 15, check.InServiceDown: 15, check.InSilent: 10, check.TCPRefused: 10,
}

// supportModels are how likely states and reasons are; both ends learn alike.
type supportModels struct {
	next    []*spoken.Model // of a status, by the one before
	last    int
	reasons *spoken.Model
}

func newSupportModels() *supportModels {
	m := &supportModels{}
	for i := range supportStatuses {
		weights := []int64{6, 4, 1, 1, 1, 1, 1}
		weights[i] += 12 // rows are mostly as the one before
		m.next = append(m.next, spoken.Learning(8, weights...))
	}
	reasons := make([]int64, reasonRoom)
	for i, c := range supportReasons {
		reasons[i] = max(usualReasons[c], 1)
	}
	m.reasons = spoken.Learning(24, reasons...)
	return m
}

// status codes one status with the model that fits what went before. Rows alone
// are coded evenly, so that their worst case has room too.
func (m *supportModels) status(d detail, code func(*spoken.Model) int) int {
	if d == byRow {
		return code(spoken.Even(len(supportStatuses)))
	}
	m.last = code(m.next[m.last])
	return m.last
}

// bookMark tells rule books apart by their flows.
func bookMark(b *rules.Book) int {
	h := sha256.New()
	for _, f := range b.Flows(rules.Facts{}, true) {
		_, _ = h.Write([]byte(f.Key + "\n"))
	}
	return int(h.Sum(nil)[0]) % bookMarks
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
