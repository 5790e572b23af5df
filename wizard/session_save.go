package wizard

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/syncsign/sops-firewall/rules/check"
)

// placeholder is a folder made before the site had a name.
var placeholder = regexp.MustCompile(`^site(-\d+)?$`)

// siteTitle is what people call the site.
func siteTitle(s Site) string { return cmp.Or(s.Name, s.Server.Domain) }

// save writes the answers; without a store it does nothing.
func (s *Session) save() error {
	st := s.deps.Store
	if st == nil || s.look {
		return nil
	}
	data, err := MarshalSite(s.Site())
	if err != nil {
		return s.deps.Words.Spoken(&SaveError{s.file, err})
	}
	s.place()
	if !s.ours() {
		return nil // the session asks what to do
	}
	if err := writeFile(s.file, data); err != nil {
		return s.deps.Words.Spoken(&SaveError{s.file, err})
	}
	s.wrote = data
	s.saved = s.deps.Now()
	return nil
}

// place chooses the file: a new folder at first, and its proper name as soon as
// the site has one.
func (s *Session) place() {
	st, title := s.deps.Store, siteTitle(s.site)
	if st.File != "" {
		s.file = st.File
		return
	}
	if s.file == "" {
		s.file = filepath.Join(st.folder(title), siteName)
		return
	}
	dir := filepath.Dir(s.file)
	if slug(title) == "" || !placeholder.MatchString(filepath.Base(dir)) || placeholder.MatchString(slug(title)) {
		return
	}
	if s.lock != nil && s.lock.check() != nil {
		return // somebody took it
	}
	s.lock.release() // Windows renames no folder with an open file; saving takes it again
	s.lock = nil
	if to := st.folder(title); os.Rename(dir, to) == nil {
		s.file = filepath.Join(to, siteName)
		syncDir(filepath.Dir(to))
	}
}

// WriteFile writes a guide or a report beside the site's answers, atomically
// and private. In a folder of the user's own it replaces only what it wrote itself.
func (s *Session) WriteFile(name string, data []byte) (string, error) {
	st := s.deps.Store
	if st == nil {
		return "", s.deps.Words.Spoken(&SaveError{guideName(name), os.ErrNotExist})
	}
	s.disk.Lock()
	defer s.disk.Unlock()
	if s.look {
		return "", s.deps.Words.Spoken(check.Say("problems.look-only"))
	}
	if s.file == "" {
		s.place()
	}
	p := filepath.Join(filepath.Dir(s.file), guideName(name))
	if st.File != "" {
		p = s.unused(p, data)
	}
	if err := writeFile(p, data); err != nil {
		return "", s.deps.Words.Spoken(&SaveError{p, err})
	}
	if s.files == nil {
		s.files = map[string]bool{}
	}
	s.files[p] = true
	return p, nil
}

// unused is a path, or one with a number behind its name, where nothing is lost
// when data is written: nothing is there, the same, or what this session wrote.
func (s *Session) unused(path string, data []byte) string {
	ext := filepath.Ext(path)
	base := strings.TrimSuffix(path, ext)
	for i := 2; i < 1000 && !s.files[path]; i++ {
		if _, err := os.Lstat(path); err != nil { // free, or writing will tell what is wrong
			break
		}
		if old, err := readFile(path, int64(len(data))); err == nil && bytes.Equal(old, data) {
			break
		}
		path = base + "-" + strconv.Itoa(i) + ext
	}
	return path
}

// unclean refuses an answer that holds what nobody types.
func (s *Session) unclean(a Answer) *Problem {
	for id, v := range a.Fields {
		if _, err := typed(v); err != nil {
			return s.problem(id, err)
		}
	}
	return nil
}

// capital is what an error says as a sentence of its own.
func capital(s string) string {
	word, _, _ := strings.Cut(s, " ")
	if strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsLower(r) }) {
		return s // begins with a value
	}
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}
