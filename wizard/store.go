package wizard

import "time"

// Store keeps sites in one folder, each in sites/<name>/site.yaml, written
// atomically with mode 0600.
type Store struct {
	Dir string
}

// SavedSite is an entry of the list "open another site".
type SavedSite struct {
	Name string
	Path string
	At   time.Time
	Step string
}

// SaveError is an answer that could not be written; it is kept in memory.
type SaveError struct {
	Path string
	Err  error
}

func (e *SaveError) Error() string { panic("not written yet") }

// Unwrap returns the system's error.
func (e *SaveError) Unwrap() error { return e.Err }

// List are the saved sites, last used first.
func (s *Store) List() ([]SavedSite, error) { panic("not written yet") }
