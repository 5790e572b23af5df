package wizard

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
)

// Kept is what the last start left beside the answers, to go on from: results as
// `check --save` writes them, and what was on the screen.
type Kept struct {
	Report

	Place Spot `json:"place"`
}

// Spot is what was on the screen; all are of the tables or of the guides.
type Spot struct {
	Table string `json:"table,omitempty"` // its ID
	Flow  string `json:"flow,omitempty"`  // key of the chosen row
	Guide int    `json:"guide,omitempty"` // number of the device, from 0
	Part  string `json:"part,omitempty"`  // part of its guide
	Line  int    `json:"line,omitempty"`  // line under the cursor, from 0
}

// maxKept bounds the file, in bytes: a site has some sixty rows of 700 bytes.
const maxKept = 1 << 20

// OldAfter is the age from which a result says that it is old.
const OldAfter = 24 * time.Hour

// keptPath is beside the answers: results.json, or results-<name>.json beside a
// file that has a name of its own.
func keptPath(file string) string {
	name := "results.json"
	if base := filepath.Base(file); base != siteName {
		name = "results-" + strings.TrimSuffix(base, filepath.Ext(base)) + ".json"
	}
	return filepath.Join(filepath.Dir(file), name)
}

// Keep prepares writing the results beside the answers; it is nil where nothing
// is saved. What it returns may run while the session goes on; its error is a
// *SaveError, a *HeldError for Lost, or that a file of the user's own has the name.
func (s *Session) Keep(rep Report, at Spot) func() error {
	if s.deps.Store == nil || s.look || s.other != nil || s.saved.IsZero() && s.wrote == nil {
		return nil
	}
	data, err := json.Marshal(Kept{rep, at})
	if err != nil || len(data) > maxKept {
		return nil // larger than any site's: not worth the wait at the next start
	}
	return func() error {
		s.disk.Lock()
		defer s.disk.Unlock()
		if s.file == "" || s.look || s.lock == nil {
			return nil
		}
		if err := s.lock.check(); err != nil {
			return err
		}
		if _, err := os.Stat(s.file); err != nil {
			return nil // the answers are gone: nothing is left beside them
		}
		file := keptPath(s.file)
		if s.deps.Store.File != "" && !keptHere(file) {
			return s.deps.Words.Spoken(check.Say("problems.save.foreign", "path", file))
		}
		if err := writeFile(file, append(data, '\n')); err != nil {
			return s.deps.Words.Spoken(&SaveError{file, err})
		}
		return nil
	}
}

// keptHere tells whether a file is one that Keep wrote, or none. In a folder of
// the user's own another may have that name, such as one of `check --save`.
func keptHere(file string) bool {
	if _, err := os.Lstat(file); errors.Is(err, fs.ErrNotExist) {
		return true
	}
	data, err := readFile(file, maxKept)
	var k struct {
		Schema int             `json:"schema"`
		Place  json.RawMessage `json:"place"`
	}
	return err == nil && json.Unmarshal(data, &k) == nil && k.Schema > 0 && k.Place != nil
}

// recall reads what the last start kept beside the answers; a file that cannot
// be read is no reason to stop, since everything is checked again.
func (s *Session) recall() {
	s.kept = nil
	data, err := readFile(keptPath(s.file), maxKept)
	if err != nil {
		return
	}
	rep, err := ParseReport(data)
	if err != nil {
		return
	}
	k := &Kept{Report: rep}
	if err := json.Unmarshal(data, &struct {
		Place *Spot `json:"place"`
	}{&k.Place}); err != nil {
		return
	}
	s.kept = k
}

// Kept is what was kept of the site that was opened last, once.
func (s *Session) Kept() (Kept, bool) {
	k := s.kept
	s.kept = nil
	if k == nil {
		return Kept{}, false
	}
	return *k, true
}

// ToKeep is what Keep writes: all that is known, also from before this start.
func (b *Board) ToKeep(now time.Time) Report {
	rep := b.all(now, 0)
	for i, v := range b.chosen(nil) {
		switch r := &rep.Results[i]; {
		case v.Status != check.Running || v.Result.Job.Key == "":
		case v.Before.IsZero() && b.raw[v.Flow.Key].Provisional:
			r.Reason = "" // no verdict so far
		default: // it is asked again: keep what is known
			r.Status = v.Last.String()
		}
	}
	return rep
}

// Recall takes what was seen from the same place before this start. It is shown
// with its age until it is checked again, and proves nothing. What other places
// saw, from a file or a paste, counts as before.
func (b *Board) Recall(rep Report) {
	b.earlier = &rep
	b.recalled()
	b.others = rep // in place of those of a site that was opened before
	b.remind()
}

// recalled finds the flows that the earlier results are of.
func (b *Board) recalled() {
	clear(b.before)
	if b.earlier == nil || b.earlier.From != string(b.from) || b.earlier.Label != b.label {
		return // from elsewhere everything looks different
	}
	at := map[string]rules.Flow{}
	for _, f := range b.flows {
		at[f.Key] = f
	}
	for _, r := range b.earlier.Results {
		key := r.Table + "/" + r.Rule + "/" + r.Flow
		_, known := at[key]
		unseen := r.Status == check.Waiting.String() || r.Status == check.Unproven.String() && r.Reason == ""
		if known && !unseen && r.From == string(b.from) {
			b.before[key] = savedRow{from: b.from, at: r.At, row: r}
		}
	}
}

// beforeView is a flow as it was seen before this start.
func (b *Board) beforeView(f rules.Flow, s savedRow) FlowView {
	v := b.savedView(f, s)
	v.Before, v.Short, v.Sightings, v.Finding.Where = s.at, "", nil, ""
	return v
}
