package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/syncsign/sops-firewall/assets"
	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/rules/check/wire"
	"github.com/syncsign/sops-firewall/rules/router"
	"github.com/syncsign/sops-firewall/wizard"
)

// app is what the commands share: the process's surroundings and the flags
// that all of them read. Data is loaded on first use.
type app struct {
	in        io.Reader
	out, errw io.Writer
	env       func(string) string
	now       func() time.Time

	siteFile string   // --site
	rulesDir string   // --rules
	patience patience // --patience
	noLook   bool     // --no-look
	lang     language // --lang
	ascii    bool     // --ascii, or what the locale says: what a person reads is ASCII
	escaped  bool     // results are ASCII too

	prover check.Prover // of check --code

	texts struct { // see words
		once  sync.Once
		words *wizard.Words
		err   error
	}
}

func newApp(in io.Reader, out, errw io.Writer) *app {
	return &app{in: in, out: out, errw: errw, env: os.Getenv, now: time.Now, patience: 1}
}

// say writes talk to stderr: the text of a key below "commands".
func (a *app) say(key string, pairs ...string) {
	w, err := a.words()
	if err != nil {
		return // the same error ends the command
	}
	a.tell(w.Say("commands."+key, pairs...))
}

// tell writes a line to stderr.
func (a *app) tell(line string) { _, _ = fmt.Fprintln(a.errw, line) }

// sentence is an error in the language of the texts.
func (a *app) sentence(err error) string {
	w, broken := a.words()
	if broken != nil {
		return err.Error()
	}
	return w.Error(err)
}

func (a *app) print(s string) error {
	_, err := io.WriteString(a.out, s)
	if err != nil {
		return failed(check.Say("problems.command.output").For(err))
	}
	return nil
}

func (a *app) book() (*rules.Book, error) {
	if a.rulesDir != "" {
		if st, err := os.Stat(a.rulesDir); err != nil || !st.IsDir() {
			return nil, badInput(check.Say("problems.command.no-folder", "path", a.rulesDir))
		}
		b, err := rules.Load(os.DirFS(a.rulesDir))
		if err != nil {
			return nil, badInput(check.Say("problems.command.rule-book", "path", a.rulesDir).For(err))
		}
		return b, nil
	}
	b, err := rules.Load(sub("rules"))
	if err != nil {
		return nil, failed(err)
	}
	return b, nil
}

func (a *app) catalogue() (*router.Catalogue, error) {
	c, err := router.LoadHeads(assets.FS)
	if err != nil {
		return nil, failed(err)
	}
	return c, nil
}

func (a *app) words() (*wizard.Words, error) {
	a.texts.once.Do(func() { a.texts.words, a.texts.err = wizard.LoadWords(sub("text"), a.speak()) })
	if a.texts.err != nil {
		return nil, failed(a.texts.err)
	}
	return a.texts.words, nil
}

// sub is a folder of the shipped data.
func sub(dir string) fs.FS {
	f, err := fs.Sub(assets.FS, dir)
	if err != nil {
		panic(err) // the name is a constant and valid
	}
	return f
}

// store is where answers are kept; nil when no home folder is known.
func (a *app) store() *wizard.Store {
	home, err := os.UserHomeDir()
	if err != nil {
		home = ""
	}
	config, err := os.UserConfigDir()
	if err != nil {
		config = ""
	}
	dir := wizard.DefaultDir(runtime.GOOS, a.env, home, config)
	if dir == "" {
		return nil
	}
	return &wizard.Store{Dir: dir}
}

func (a *app) limits() check.Limits {
	l := check.DefaultLimits()
	if a.patience > 0 {
		l.Patience = float64(a.patience)
	}
	return l
}

func (a *app) runner() check.Runner {
	return check.Runner{Env: wire.New(wire.Config{Env: a.env, Now: a.now}), Limits: a.limits(), Prover: a.prover}
}

// loaded is the data that commands about a site need.
type loaded struct {
	book  *rules.Book
	cat   *router.Catalogue
	words *wizard.Words
	site  wizard.Site
	path  string // the site's file; empty when there is none yet
}

// load reads everything and the site: --site, else the one used last, else none.
func (a *app) load() (*loaded, error) {
	var l loaded
	var err error
	if l.book, err = a.book(); err != nil {
		return nil, err
	}
	if l.cat, err = a.catalogue(); err != nil {
		return nil, err
	}
	if l.words, err = a.words(); err != nil {
		return nil, err
	}
	l.book = l.words.Book(l.book)
	l.path = a.siteFile
	if l.path == "" {
		l.path = a.lastSite()
	}
	if l.path == "" {
		return &l, nil
	}
	data, err := readFile(l.path, maxSiteFile)
	if err != nil {
		return nil, badInput(check.Say("problems.command.site-file", "path", l.path).For(plainFileError(err, "problems.command.no-site-file")))
	}
	if l.site, err = wizard.ParseSite(data, l.book, l.cat); err != nil {
		return nil, badInput(check.Say("problems.command.site-file-wrong", "path", l.path).For(err))
	}
	return &l, nil
}

func (a *app) lastSite() string {
	s := a.store()
	if s == nil {
		return ""
	}
	list, err := s.List()
	if err != nil || len(list) == 0 {
		return ""
	}
	return list[0].Path
}

// maxSiteFile bounds a site file, in bytes; answers of a large site are about 4 KiB.
const maxSiteFile = 64 << 10
