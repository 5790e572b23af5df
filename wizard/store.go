package wizard

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/router"
)

const siteName = "site.yaml"

// Store keeps sites in one folder, each in sites/<name>/site.yaml, written
// atomically with mode 0600.
type Store struct {
	Dir  string
	File string // when set: the one site file to use, wherever it is
}

// SavedSite is an entry of the list "open another site".
type SavedSite struct {
	Name string
	Path string
	At   time.Time
	Step string
	Held *Owner // who has it open now; nil: nobody, or it was not asked
}

// SaveError is an answer that could not be written; it is kept in memory.
type SaveError struct {
	Path string
	Err  error
}

func (e *SaveError) Error() string { return e.Path + ": " + e.cause().Error() }

// cause is the system's error without the path.
func (e *SaveError) cause() error {
	var p *fs.PathError
	if errors.As(e.Err, &p) {
		return p.Err
	}
	return e.Err
}

// said is what to do about it.
func (e *SaveError) said() *check.Said {
	key := "other"
	switch {
	case errors.Is(e.Err, syscall.ENOSPC), errors.Is(e.Err, syscall.EDQUOT):
		key = "full"
	case errors.Is(e.Err, syscall.EROFS):
		key = "read-only"
	case errors.Is(e.Err, syscall.ENOTDIR):
		key = "no-folder"
	case errors.Is(e.Err, fs.ErrPermission):
		key = "rights"
	}
	return check.Say("problems.save."+key, "path", e.Path).For(e.cause())
}

// Unwrap returns the system's error.
func (e *SaveError) Unwrap() error { return e.Err }

// DefaultDir is where sites are kept: $XDG_STATE_HOME/sops-firewall or
// ~/.local/state/sops-firewall on Linux, below the user's config folder on
// Windows and macOS. It is empty when neither is known.
func DefaultDir(goos string, env func(string) string, home, config string) string {
	if goos == "windows" || goos == "darwin" {
		if config == "" {
			return ""
		}
		return filepath.Join(config, "sops-firewall")
	}
	if x := env("XDG_STATE_HOME"); path.IsAbs(x) { // the standard ignores relative ones
		return filepath.Join(x, "sops-firewall")
	}
	if home == "" {
		return ""
	}
	return filepath.Join(home, ".local", "state", "sops-firewall")
}

// List are the saved sites, last used first. A broken file is in it too, with
// the name of its folder.
func (s *Store) List() ([]SavedSite, error) {
	if s.File != "" {
		if it, ok := savedSite(s.File); ok {
			return []SavedSite{it}, nil
		}
		return nil, nil
	}
	entries, err := os.ReadDir(filepath.Join(s.Dir, "sites"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("saved sites: %w", err)
	}
	var out []SavedSite
	for _, e := range entries {
		if it, ok := savedSite(filepath.Join(s.Dir, "sites", e.Name(), siteName)); ok && e.Name() == slug(e.Name()) {
			out = append(out, it)
		}
	}
	slices.SortFunc(out, func(a, b SavedSite) int {
		return cmp.Or(b.At.Compare(a.At), strings.Compare(a.Path, b.Path))
	})
	return out, nil
}

// savedSite looks at a file without judging it.
func savedSite(file string) (SavedSite, bool) {
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() {
		return SavedSite{}, false
	}
	it := SavedSite{Name: filepath.Base(filepath.Dir(file)), Path: file, At: info.ModTime()}
	var head struct {
		Name   string `yaml:"name"`
		Step   string `yaml:"step"`
		Server struct {
			Domain string `yaml:"domain"`
		} `yaml:"server"`
	}
	if data, err := readSite(file); err == nil && yaml.Unmarshal(data, &head) == nil {
		it.Name = clean(cmp.Or(head.Name, head.Server.Domain, it.Name))
		if knownQuestion(head.Step) {
			it.Step = head.Step
		}
	}
	return it, true
}

// readSite reads a site file with a bound; ParseSite refuses what is larger.
func readSite(file string) ([]byte, error) { return readFile(file, maxSite) }

// readFile reads a file, and one byte more than limit of a larger one.
func readFile(file string, limit int64) ([]byte, error) {
	f, err := os.Open(filepath.Clean(file))
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, limit+1))
}

// Load reads a saved site. A file that is broken or of a newer program stays as
// it is: nothing of ours writes over it.
func (s *Store) Load(file string, book *rules.Book, cat *router.Catalogue) (Site, error) {
	data, err := readSite(file)
	if err != nil {
		return Site{}, check.Say("problems.site-file.unread", "path", file).For(err)
	}
	site, err := ParseSite(data, book, cat)
	if err != nil {
		return Site{}, check.Say("problems.site-file.unusable", "path", file).For(err)
	}
	return site, nil
}

// folder is the folder of a new site; it exists nowhere yet.
func (s *Store) folder(name string) string {
	base := cmp.Or(slug(name), "site")
	dir := filepath.Join(s.Dir, "sites", base)
	for i := 2; i < 1000; i++ {
		if _, err := os.Lstat(dir); err != nil { // free, or writing will tell what is wrong
			return dir
		}
		dir = filepath.Join(s.Dir, "sites", base+"-"+strconv.Itoa(i))
	}
	return dir
}

// Path is where a file of a site lies: beside its site.yaml. name is the
// site's folder or its name.
func (s *Store) Path(name, file string) string {
	if s.File != "" {
		return filepath.Join(filepath.Dir(s.File), fileName(file))
	}
	return filepath.Join(s.Dir, "sites", cmp.Or(slug(name), "site"), fileName(file))
}

// setAside keeps the answers of a site's file under another name beside it, before
// others are written there.
func setAside(file string) error {
	data, err := readSite(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return check.Say("problems.earlier.unread").For(err)
	}
	if len(data) > maxSite {
		return check.Say("problems.earlier.large")
	}
	ext := filepath.Ext(file)
	base := strings.TrimSuffix(file, ext)
	for i := 1; i < 1000; i++ {
		to := fmt.Sprintf("%s-earlier-%d%s", base, i, ext)
		if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := writeFile(to, data); err != nil {
			return &SaveError{to, err}
		}
		return nil
	}
	return check.Say("problems.earlier.thousand")
}

// writeFile replaces a file in one step: whoever reads it sees the old or the
// new content, also after a power cut.
func writeFile(file string, data []byte) (err error) {
	dir := filepath.Dir(file)
	if err := makeDir(dir); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, ".new-*") // with mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = tmp.Close()
			_ = os.Remove(tmp.Name())
		}
	}()
	if _, err := tmp.Write(data); err != nil {
		return err
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), file); err != nil {
		return err
	}
	syncDir(dir)
	return nil
}

// makeDir makes a folder and those above it, so that a power cut leaves them.
func makeDir(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	up := filepath.Dir(dir)
	if up != dir {
		if err := makeDir(up); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	syncDir(up)
	return nil
}

// syncDir brings the names in a folder to the disk; some systems cannot.
func syncDir(dir string) {
	if d, err := os.Open(filepath.Clean(dir)); err == nil {
		_ = d.Sync()
		_ = d.Close()
	}
}

// slug is a name as a folder: small letters, digits, dots inside, hyphens.
func slug(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.', r == '-':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r == ' ', r == '_':
			return '-'
		}
		return -1
	}, s)
	for strings.Contains(s, "..") || strings.Contains(s, "--") {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "..", "."), "--", "-")
	}
	s = strings.Trim(s, ".-")
	if len(s) > 60 {
		s = strings.Trim(s[:60], ".-")
	}
	switch base, _, _ := strings.Cut(s, "."); base { // names of devices on Windows
	case "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9":
		s = "site-" + s
	}
	return s
}

// fileName is a safe name of a file in a site's folder.
func fileName(s string) string { return cmp.Or(slug(s), "file.txt") }

// guideName is a safe name that is not that of the answers.
func guideName(s string) string {
	if s = fileName(s); s == siteName {
		return "file-" + s
	}
	return s
}
