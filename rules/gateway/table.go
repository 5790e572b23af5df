package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Table is the marks by which routers are known, from gateways/marks.yaml.
type Table struct {
	marks []Mark
}

// Mark is one fact about a router.
type Mark struct {
	Router     string `yaml:"router"`
	Generation string `yaml:"generation"`
	Where      Where  `yaml:"where"`
	Has        string `yaml:"has"`    // text in it, in any case
	Starts     string `yaml:"starts"` // or text it begins with
	Source     string `yaml:"source"` // where the fact is from
}

// Where is the place of a mark.
type Where string

// The places, those that tell most first.
const (
	InModel   Where = "model"
	InMaker   Where = "maker"
	InSubject Where = "certificate"
	InTitle   Where = "title"
	InRealm   Where = "login"
	InServer  Where = "server"
	InUPnP    Where = "upnp"
	InSSH     Where = "ssh"
	InName    Where = "name"
	InPage    Where = "page"
)

var places = []Where{InModel, InMaker, InSubject, InTitle, InRealm, InServer, InUPnP, InSSH, InName, InPage}

// Guess is the likely router.
type Guess struct {
	Router     string // id of the catalogue; empty for none
	Generation string // empty when not told
	Where      Where  // what told it
	Text       string // what stands there: clean, for the user
}

// file is gateways/marks.yaml.
type file struct {
	Marks []Mark `yaml:"marks"`
}

// maxTable bounds the file, in bytes.
const maxTable = 1 << 20

// Load reads gateways/marks.yaml strictly and reports all mistakes at once. That the
// routers are in the catalogue is held by a test of the shipped files.
func Load(fsys fs.FS) (*Table, error) {
	const name = "gateways/marks.yaml"
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxTable+1))
	if err != nil || len(data) > maxTable {
		return nil, fmt.Errorf("%s: cannot be read, or is larger than %d bytes", name, maxTable)
	}
	var in file
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&in); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	t := &Table{}
	var errs []error
	for i, m := range in.Marks {
		bad := func(format string, args ...any) {
			errs = append(errs, fmt.Errorf("%s: mark %d (%s): %s", name, i+1, m.Router, fmt.Sprintf(format, args...)))
		}
		if m.Router == "" {
			bad("router is missing: an id of the catalogue")
		}
		if !slices.Contains(places, m.Where) {
			bad("where %q: want one of %v", m.Where, places)
		}
		if (m.Has == "") == (m.Starts == "") {
			bad("want one of has and starts")
		}
		if len(m.Has)+len(m.Starts) < 3 {
			bad("the text is too short to be a mark")
		}
		if m.Source == "" {
			bad("source is missing: where the fact is from")
		}
		m.Has, m.Starts = strings.ToLower(m.Has), strings.ToLower(m.Starts)
		t.marks = append(t.marks, m)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return t, nil
}

// Routers are the ids that the table can name, each once.
func (t *Table) Routers() []string {
	var out []string
	for _, m := range t.marks {
		if !slices.Contains(out, m.Router) {
			out = append(out, m.Router)
		}
	}
	return out
}

// Guess names the likely router. The place that tells most counts; within it
// the order of the table.
func (t *Table) Guess(s Signs) Guess {
	for _, place := range places {
		text := s.at(place)
		low := strings.ToLower(text)
		for _, m := range t.marks {
			if m.Where != place || text == "" {
				continue
			}
			if m.Has != "" && strings.Contains(low, m.Has) || m.Starts != "" && strings.HasPrefix(low, m.Starts) {
				g := Guess{Router: m.Router, Generation: m.Generation, Where: place, Text: text}
				if place == InPage {
					g.Text = ""
				}
				return g
			}
		}
	}
	return Guess{}
}

func (s Signs) at(w Where) string {
	switch w {
	case InModel:
		return s.Model
	case InMaker:
		return s.Maker
	case InSubject:
		return s.Subject
	case InTitle:
		return s.Title
	case InRealm:
		return s.Realm
	case InServer:
		return s.Server
	case InUPnP:
		return s.UPnP
	case InSSH:
		return s.SSH
	case InName:
		return s.Name
	case InPage:
		return s.Page
	default:
		return ""
	}
}
