package wizard

import (
	"cmp"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

// LabelMax is how many characters the name of a place may have.
const LabelMax = 32

// ValidLabel is the name of a place as somebody typed it, such as "Office 2".
func ValidLabel(s string) (string, error) {
	clean := check.Clean(s, LabelMax+1)
	if clean == "" || clean != s || utf8.RuneCountInString(s) > LabelMax {
		return "", check.Say("problems.label", "max", strconv.Itoa(LabelMax))
	}
	return clean, nil
}

// PlaceLabel is what a place is called where nobody named it, so that the offices
// of several hubs are kept apart: the hubs' network that this computer is in, or
// its own name. Other places are one each, and what was seen last counts.
func PlaceLabel(h Here, site Site, from rules.Place) string {
	if from != rules.FromHub {
		return ""
	}
	for _, p := range site.Hubs.Subnets {
		if a := h.Main.Prefix.Addr(); a.IsValid() && p.Contains(a) {
			return p.String()
		}
	}
	return check.Clean(h.Host, LabelMax)
}

// Sighting is what one place saw of a flow, and when.
type Sighting struct {
	From   rules.Place
	Label  string // of several places of one kind, such as "Office 2"; may be empty
	At     time.Time
	Status check.Status
}

// Stale tells whether a sighting is too old to be relied on.
func (s Sighting) Stale(now time.Time) bool { return !s.At.IsZero() && now.Sub(s.At) > OldAfter }

// Placed tells the board what its own place is called, and the time: with both,
// what other places saw is shown with its age.
func (b *Board) Placed(label func(Site, rules.Place) string, now func() time.Time) {
	b.labels, b.now = label, now
	b.label = label(b.site, b.from)
}

// age is how long ago something was seen, in words below a key; empty where
// nobody knows.
func (b *Board) age(key string, at time.Time) string {
	if b.now == nil || at.IsZero() {
		return ""
	}
	return b.words.Age(key, b.now().Sub(at))
}

// Age says how long ago something was, in the form of a key: seen.age, or the
// short one of seen.brief.
func (w *Words) Age(key string, d time.Duration) string {
	form, n := "days", int(d/(24*time.Hour))
	switch {
	case d < -5*time.Minute:
		form = "ahead"
	case d < time.Minute:
		form = "now"
	case d < time.Hour:
		form, n = "minutes", int(d/time.Minute)
	case d < 2*OldAfter:
		form, n = "hours", int(d/time.Hour)
	}
	return w.Say(key+"."+form, "n", strconv.Itoa(n))
}

// where says where and when one place saw something.
func (b *Board) where(s Sighting) string {
	key := "seen.where"
	if b.now != nil && s.Stale(b.now()) {
		key = "seen.where-old"
	}
	return b.words.Say(key, "place", b.words.Text("place."+string(s.From), nil), "label", s.Label, "age", b.age("seen.age", s.At))
}

// many says what several places of one kind saw, the worst first.
func (b *Board) many(list []Sighting) string {
	key := "seen.alike"
	for _, s := range list {
		if s.Status != list[0].Status {
			key = "seen.differ"
		}
	}
	text := b.words.Say(key)
	for _, s := range list {
		name := s.Label
		if name == "" {
			name = b.words.Text("place."+string(s.From), nil)
		}
		part := "seen.one"
		if b.now != nil && s.Stale(b.now()) {
			part = "seen.one-old"
		}
		text += " " + b.words.Say(part, "name", name, "state", b.words.Say("seen.state."+s.Status.String()), "age", b.age("seen.age", s.At))
	}
	return text
}

// shortly is the few words beside the state of a flow that other places saw.
func (b *Board) shortly(list []Sighting) string {
	if len(list) > 1 {
		return b.words.Say("seen.short-many", "n", strconv.Itoa(len(list)))
	}
	return b.words.Say("seen.short", "from", b.words.Say("seen.from."+string(list[0].From)), "age", b.age("seen.brief", list[0].At))
}

// severity orders statuses by how much they matter, the worst first.
var severity = []check.Status{
	check.Fail, check.Skipped, check.Unproven, check.Waiting, check.Note, check.Pass, check.NotNeeded, check.Running,
}

// worstFirst sorts views by severity, and then by place.
func worstFirst(list []FlowView) {
	slices.SortStableFunc(list, func(x, y FlowView) int {
		return cmp.Or(slices.Index(severity, x.Status)-slices.Index(severity, y.Status), cmp.Compare(x.Sightings[0].Label, y.Sightings[0].Label))
	})
}

// joined is one view of a flow that several places saw: the worst counts, and all
// are named. Nothing is averaged.
func (b *Board) joined(list []FlowView) FlowView {
	worstFirst(list)
	v := list[0]
	if len(list) == 1 {
		return v
	}
	v.parts = list
	v.Sightings = nil
	for _, x := range list {
		v.Sightings = append(v.Sightings, x.Sightings...)
	}
	v.Finding.Where, v.Short = b.many(v.Sightings), b.shortly(v.Sightings)
	return v
}

// PlaceOf is the place of a report, in words and with its label.
func (w *Words) PlaceOf(r Report) string {
	return w.Say("seen.place", "place", w.Text("place."+r.From, nil), "label", r.Label)
}
