package router

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"text/template"

	"github.com/syncsign/sops-firewall/rules/router/quote"
)

// maxFile bounds a router file, in bytes.
const maxFile = 256 << 10

// Variant is one generation of a router, or one way to reach it.
type Variant struct {
	Router     string // brand id = folder
	Generation string // file name
	Name       string // brand name shown
	Label      string
	Kind       Kind
	Sides      []Side
	Proof      Proof
	Source     string
	Checked    string
	Asks       []Ask

	can       Can
	order     int
	fence     string
	dialect   quote.Dialect
	said      bool // verify and undo are steps, not code
	body      *body
	languages map[string]*body // translations of the words in files of their own

	tongues *tongues
	mu      sync.Mutex
	made    map[string]*body // translations made of lines
}

// body is the text of a router file behind its head. It is compiled when it is
// first needed: a guide is asked of a few routers, not of all.
type body struct {
	file, text string
	line       int                                // number of its first line in the file
	compile    func() (*template.Template, error) // once
}

func newBody(file, text string, line int, d quote.Dialect, said, translated bool) *body {
	return &body{file, text, line, sync.OnceValues(func() (*template.Template, error) { return compile(file, text, line, d, said, translated) })}
}

// Load is LoadHeads, and compiles every text: it reports all mistakes of all
// files at once.
func Load(fsys fs.FS) (*Catalogue, error) {
	c, err := LoadHeads(fsys)
	if err != nil {
		return nil, err
	}
	if err := c.checkLines(fsys); err != nil {
		return nil, err
	}
	var errs []error
	langs := c.languages(fsys)
	for _, r := range c.Routers {
		for _, v := range r.Variants {
			_, err := v.body.compile()
			errs = append(errs, err)
			for _, lang := range langs {
				b, err := v.in(lang)
				if b != nil && err == nil {
					_, err = b.compile()
				}
				errs = append(errs, err)
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return c, nil
}

// LoadHeads reads routers/<brand>/<generation>.tmpl and the translations
// <generation>.<lang>.tmpl beside them; files of lines are read when they are
// needed. The heads are checked, and all their
// mistakes reported at once; a text that does not compile is told by Render. For
// the shipped files, whose texts the tests compile, this is the fast start.
func LoadHeads(fsys fs.FS) (*Catalogue, error) {
	files, err := fs.Glob(fsys, "routers/*/*.tmpl")
	if err != nil {
		return nil, fmt.Errorf("routers: %w", err)
	}
	var errs []error
	brands := map[string][]*Variant{}
	t := &tongues{fsys: fsys}
	byFile := map[string]*Variant{}
	for _, file := range files {
		if _, _, ok := translation(file, files); ok {
			continue
		}
		v, err := loadFile(fsys, file)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		v.tongues = t
		v.Router = path.Base(path.Dir(file))
		v.Generation = strings.TrimSuffix(path.Base(file), ".tmpl")
		brands[v.Router] = append(brands[v.Router], v)
		byFile[file] = v
	}
	for _, file := range files {
		if base, lang, ok := translation(file, files); ok && byFile[base] != nil {
			errs = append(errs, byFile[base].translate(fsys, file, lang))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return catalogue(brands), nil
}

// translation parts fritzos7.de.tmpl where there is a file fritzos7.tmpl.
func translation(file string, files []string) (base, lang string, ok bool) {
	stem, ok := strings.CutSuffix(file, ".tmpl")
	i := len(stem) - 3
	if !ok || i < 1 || stem[i] != '.' {
		return "", "", false
	}
	base = stem[:i] + ".tmpl"
	return base, stem[i+1:], slices.Contains(files, base)
}

// translate adds the words of another language; a translation has no head.
func (v *Variant) translate(fsys fs.FS, file, lang string) error {
	data, err := read(fsys, file)
	if err != nil {
		return err
	}
	if v.languages == nil {
		v.languages = map[string]*body{}
	}
	v.languages[lang] = newBody(file, string(data), 1, v.dialect, v.said, true)
	return nil
}

func loadFile(fsys fs.FS, file string) (*Variant, error) {
	data, err := read(fsys, file)
	if err != nil {
		return nil, err
	}
	return parseFile(file, data)
}

func read(fsys fs.FS, file string) ([]byte, error) {
	f, err := fsys.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("%s: larger than %d bytes", file, maxFile)
	}
	return data, nil
}

var proofs = []Proof{ProofDocs, ProofParser, ProofEmulator, ProofDevice}

func catalogue(brands map[string][]*Variant) *Catalogue {
	c := &Catalogue{}
	for id, vs := range brands {
		slices.SortFunc(vs, func(a, b *Variant) int {
			if a.order != b.order {
				return a.order - b.order
			}
			return strings.Compare(b.Generation, a.Generation)
		})
		r := Router{ID: id, Name: vs[0].Name, Kind: vs[0].Kind, Proof: vs[0].Proof, Variants: vs}
		for _, v := range vs {
			if slices.Index(proofs, v.Proof) < slices.Index(proofs, r.Proof) {
				r.Proof = v.Proof
			}
			for _, s := range v.Sides {
				if !slices.Contains(r.Sides, s) {
					r.Sides = append(r.Sides, s)
				}
			}
		}
		c.Routers = append(c.Routers, r)
	}
	slices.SortFunc(c.Routers, func(a, b Router) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return c
}

// Find returns a router and variant by "brand" or "brand/generation". When the
// id is unknown the error is an *UnknownError with the nearest ids.
func (c *Catalogue) Find(id, generation string) (*Router, *Variant, error) {
	brand, gen, _ := strings.Cut(id, "/")
	if generation == "" {
		generation = gen
	}
	i := slices.IndexFunc(c.Routers, func(r Router) bool { return r.ID == brand })
	if i < 0 {
		var ids []string
		for _, r := range c.Routers {
			ids = append(ids, r.ID)
		}
		return nil, nil, &UnknownError{ID: id, Nearest: nearest(brand, ids)}
	}
	r := &c.Routers[i]
	if generation == "" {
		return r, r.Variants[0], nil
	}
	var ids []string
	for _, v := range r.Variants {
		if v.Generation == generation {
			return r, v, nil
		}
		ids = append(ids, r.ID+"/"+v.Generation)
	}
	return nil, nil, &UnknownError{ID: brand + "/" + generation, Nearest: ids}
}

// UnknownError names the nearest known ids.
type UnknownError struct {
	ID      string
	Nearest []string
}

func (e *UnknownError) Error() string {
	if len(e.Nearest) == 0 {
		return fmt.Sprintf("router %q is not known (see: sops-firewall routers)", e.ID)
	}
	return fmt.Sprintf("router %q is not known: perhaps %s (see: sops-firewall routers)", e.ID, strings.Join(e.Nearest, " or "))
}

// nearest are the ids that differ by few letters or hold what was typed.
func nearest(id string, known []string) []string {
	id = strings.ToLower(id)
	var out []string
	for _, k := range known {
		if distance(id, k) <= max(1, len(k)/3) || len(id) > 2 && (strings.Contains(k, id) || strings.Contains(id, k)) {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return distance(id, a) - distance(id, b) })
	return out[:min(3, len(out))]
}

// distance is the number of letters to change, add or drop (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
