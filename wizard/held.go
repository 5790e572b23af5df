package wizard

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"time"
)

// HeldID is the question that is asked when others use the same site; LeaveID is
// its answer that ends the program.
const (
	HeldID  = "held"
	LeaveID = "leave"
)

// heldWhy is what others do with the site.
type heldWhy string

const (
	heldOpen    heldWhy = "open"    // they have it open, and we want to
	heldTaken   heldWhy = "taken"   // they took it from us
	heldChanged heldWhy = "changed" // they wrote answers into the file that we use
)

// heldSite is a site that cannot be written without asking.
type heldSite struct {
	why    heldWhy
	by     Owner
	at     time.Time // when the file was changed
	file   string
	answer *Answer // the answer to Start that wanted to open it; nil: the site is loaded
}

var heldOptions = map[heldWhy][]string{
	heldOpen:    {"look", "take", LeaveID},
	heldTaken:   {"look", "theirs", "mine", LeaveID},
	heldChanged: {"theirs", "mine", "look", LeaveID},
}

// held is the question about them, at the step where the session stands.
func (s *Session) held() Question {
	h := s.other
	key := string(h.why)
	q := Question{
		ID: HeldID, Step: s.step(s.at).n, Kind: Choice, Title: s.text("questions.held.title-"+key, nil),
		Intro: s.text("questions.held.intro-"+key, s.heldFacts(h.by, h.at)), Help: s.own("held.help"),
	}
	for i, id := range heldOptions[h.why] {
		q.Options = append(q.Options, s.option("held", id, strconv.Itoa(i+1)))
	}
	q.Selected = []string{q.Options[0].ID}
	return q
}

func (s *Session) heldFacts(by Owner, at time.Time) map[string]string {
	facts := map[string]string{"who": s.who(by)}
	if !at.IsZero() {
		facts["at"] = s.clock(at)
	}
	return facts
}

// who says who has a site, since when and from where.
func (s *Session) who(o Owner) string {
	facts := map[string]string{"user": o.User, "host": o.Host, "from": o.From}
	if !o.Since.IsZero() {
		facts["since"] = s.clock(o.Since)
	}
	if o.PID > 0 {
		facts["pid"] = strconv.Itoa(o.PID)
	}
	for k, v := range facts {
		if v == "" {
			delete(facts, k)
		}
	}
	if o.User == "" {
		facts["user"] = s.text("questions.held.somebody", nil)
	}
	return s.text("questions.held.who", facts)
}

// clock is a time of today, or with its day.
func (s *Session) clock(t time.Time) string {
	now := s.deps.Now()
	if t = t.In(now.Location()); t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04")
	}
	return t.Format("2006-01-02 15:04")
}

// answerHeld takes what to do about the others.
func (s *Session) answerHeld(a Answer) error {
	h := s.other
	id, err := s.pick(a, heldOptions[h.why]...)
	if err != nil {
		return err
	}
	switch id {
	case LeaveID: // the front end ends
		return nil
	case "look":
		s.look = true
		s.lock.release()
		s.lock = nil
	default:
		s.lock.release()
		if s.lock, err = acquire(h.file, s.deps.Me, true); err != nil {
			return s.deps.Words.Spoken(&SaveError{h.file, err})
		}
	}
	switch id {
	case "theirs":
		if err := s.load(h.file); err != nil {
			return err
		}
	case "mine":
		if err := s.keepTheirs(h.file); err != nil {
			return err
		}
		s.other = nil
		return s.save()
	}
	s.other = nil
	switch {
	case h.answer != nil:
		return s.answer(*h.answer)
	case id == "take": // they may have saved since we read it
		return s.load(h.file)
	}
	return nil
}

// keepTheirs sets the answers of others aside, before ours are written over them.
func (s *Session) keepTheirs(file string) error {
	data, err := readSite(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && !bytes.Equal(data, s.wrote) {
		err = setAside(file)
	}
	if err != nil {
		return s.problem("", err)
	}
	s.wrote = data
	return nil
}

// enter opens a site's file for us alone. It is false when others have it; the
// session then asks what to do.
func (s *Session) enter(file string, answer *Answer) bool {
	if s.look || s.lock != nil && s.lock.path == lockPath(file) {
		return true
	}
	l, err := acquire(file, s.deps.Me, false)
	var held *HeldError
	if errors.As(err, &held) {
		s.other = &heldSite{why: heldOpen, by: held.By, file: file, answer: answer}
		return false
	}
	s.lock.release()
	s.lock = l // none where there can be none: saving tells what is wrong with the folder
	return true
}

// ours tells whether the site's file may be written: nobody took it, and it is as
// we left it. The session asks what to do when it may not.
func (s *Session) ours() bool {
	if !s.enter(s.file, nil) {
		s.other.why = heldTaken
		return false
	}
	if s.lock != nil {
		var held *HeldError
		if errors.As(s.lock.check(), &held) {
			s.other = &heldSite{why: heldTaken, by: held.By, file: s.file}
			return false
		}
	}
	data, err := readSite(s.file)
	if err != nil || bytes.Equal(data, s.wrote) { // one that is gone is written anew
		return true
	}
	s.other = &heldSite{why: heldChanged, file: s.file}
	if info, err := os.Stat(s.file); err == nil {
		s.other.at = info.ModTime()
	}
	return false
}

// Lost brings the session an error of what was kept beside the site: it asks what
// to do when somebody took the site meanwhile, and tells whether it does.
func (s *Session) Lost(err error) bool {
	var held *HeldError
	if s.other != nil || s.look || !errors.As(err, &held) {
		return false
	}
	s.other = &heldSite{why: heldTaken, by: held.By, file: s.file}
	return true
}

// LookOnly tells whether nothing is saved, since others have the site.
func (s *Session) LookOnly() bool { return s.look }

// Close gives the site free for others.
func (s *Session) Close() {
	s.disk.Lock()
	defer s.disk.Unlock()
	s.lock.release()
	s.lock = nil
}
