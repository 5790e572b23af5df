package rules

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/syncsign/sops-firewall/rules/check"
)

// bounds of a rule book: far above the manual's, so that a book given by
// --rules cannot fill the memory or the screen.
const (
	maxFiles    = 64
	maxFileSize = 64 << 10
	maxRows     = 99  // a table
	maxPorts    = 32  // a row
	maxHosts    = 32  // a row
	maxText     = 200 // bytes of a title, destination or function
	maxURL      = 500
	maxMistakes = 50 // reported at once
)

// Mistake is one thing wrong in a rule file.
type Mistake struct {
	File string
	Line int // 0: the whole file
	Say  string
}

func (m *Mistake) Error() string {
	if m.Line == 0 {
		return m.File + ": " + m.Say
	}
	return fmt.Sprintf("%s:%d: %s", m.File, m.Line, m.Say)
}

// Load reads every *.yaml of a folder, or of its sub-folder "rules" when it has
// none itself, and returns all mistakes of all files at once, joined. Each is a
// *Mistake with file, line and what would be right.
func Load(fsys fs.FS) (*Book, error) { return load(fsys, check.KindNames()) }

func load(fsys fs.FS, kinds []string) (*Book, error) {
	names, err := files(fsys)
	if err != nil {
		return nil, err
	}
	l := &loader{kinds: kinds, seen: map[string]place{}}
	var tables []Table
	for _, name := range names {
		l.file = name
		if strings.ContainsFunc(name, unprintable) {
			l.file = strconv.QuoteToASCII(name)
		}
		data, err := read(fsys, name)
		if err != nil {
			if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
				err = pe.Err // the name is said already
			}
			l.say(0, "%v", err)
			continue
		}
		if t, ok := l.table(data); ok {
			tables = append(tables, t)
		}
	}
	if err := l.err(); err != nil {
		return nil, err
	}
	slices.SortFunc(tables, func(a, b Table) int { return cmp.Compare(number(a.Code), number(b.Code)) })
	return &Book{Tables: tables}, nil
}

// files lists the rule files, sorted by name.
func files(fsys fs.FS) ([]string, error) {
	for _, pattern := range []string{"*.yaml", "rules/*.yaml"} {
		names, err := fs.Glob(fsys, pattern)
		if err != nil {
			return nil, fmt.Errorf("rules: %w", err)
		}
		if len(names) > maxFiles {
			return nil, fmt.Errorf("rules: %d files, at most %d are read: one file holds one table", len(names), maxFiles)
		}
		if len(names) > 0 {
			slices.Sort(names)
			return names, nil
		}
	}
	if _, err := fs.Stat(fsys, "."); err != nil {
		return nil, fmt.Errorf("rules: %w: give a folder with one .yaml file for each table", err)
	}
	return nil, errors.New("rules: no .yaml file here: give a folder with one .yaml file for each table")
}

func read(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a file: put the table itself here")
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFileSize+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFileSize {
		return nil, fmt.Errorf("larger than %d KiB: a table is a few lines for each row", maxFileSize>>10)
	}
	return data, nil
}

// loader collects the mistakes of all files.
type loader struct {
	kinds    []string // of check
	file     string   // under way
	mistakes []error
	seen     map[string]place // what must be there once: "table ID x", "code 1.1"
}

type place struct {
	file string
	line int
}

func (l *loader) say(line int, format string, args ...any) {
	l.mistakes = append(l.mistakes, &Mistake{File: l.file, Line: line, Say: fmt.Sprintf(format, args...)})
}

func (l *loader) err() error {
	if n := len(l.mistakes); n > maxMistakes {
		l.mistakes = append(l.mistakes[:maxMistakes:maxMistakes], fmt.Errorf("and %d more mistakes: mend these first", n-maxMistakes))
	}
	return errors.Join(l.mistakes...)
}

// once notes that what stands on line, and says so when it stood before.
func (l *loader) once(what string, line int) {
	first, dup := l.seen[what]
	switch {
	case !dup:
		l.seen[what] = place{l.file, line}
	case first.file == l.file:
		l.say(line, "%s is already on line %d: give this one its own", what, first.line)
	default:
		l.say(line, "%s is already in %s, line %d: give this one its own", what, path.Base(first.file), first.line)
	}
}

// number is a code such as "7" or "1.12" as something to sort by.
func number(code string) int {
	major, minor, _ := strings.Cut(code, ".")
	a, _ := strconv.Atoi(major)
	b, _ := strconv.Atoi(minor)
	return a*1000 + b
}
