package wizard

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/syncsign/sops-firewall/rules"
)

func asProblem(err error, p **Problem) bool { return errors.As(err, p) }

// TestResumeEverywhere saves after each answer, reads the file again and must
// find the same question with the same answers.
func TestResumeEverywhere(t *testing.T) {
	for _, c := range []rules.Case{rules.CaseLAN, rules.CaseInternet} {
		d := testDeps(t)
		d.Store = &Store{Dir: t.TempDir()}
		s := NewSession(d, Site{})
		for s.Ask().ID != "finish" {
			if err := s.Answer(reply(s.Ask(), c, "google", "exchange")); err != nil {
				t.Fatal(err)
			}
			s.Close()
			again := NewSession(d, Site{})
			if again.Ask().Options[0].ID != "continue" {
				t.Fatalf("start offers %+v", again.Ask().Options)
			}
			if err := again.Answer(Answer{Choice: "continue"}); err != nil {
				t.Fatal(err)
			}
			if again.Ask().ID != s.Ask().ID || !reflect.DeepEqual(again.Site(), s.Site()) {
				t.Fatalf("left at %s, came back to %s:\n%+v\n%+v", s.Ask().ID, again.Ask().ID, s.Site(), again.Site())
			}
			again.Close()
		}
		list, err := d.Store.List()
		if err != nil || len(list) != 1 || list[0].Name != "sops.example.com" || list[0].Step != "finish" {
			t.Errorf("list %+v, %v", list, err)
		}
		info, err := os.Stat(list[0].Path)
		if err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info, err)
		}
		if s.Saved() != testNow {
			t.Errorf("saved %v", s.Saved())
		}
	}
}

func TestStartOffers(t *testing.T) {
	d := testDeps(t)
	d.Store = &Store{Dir: t.TempDir()}
	for _, n := range []string{"one.example.com", "two.example.com"} {
		s := NewSession(d, Site{Case: rules.CaseLAN, Server: Server{Domain: n}, Step: "where"})
		if err := s.Answer(Answer{Choice: "server"}); err != nil {
			t.Fatal(err)
		}
		s.Close()
	}
	old := filepath.Join(d.Store.Dir, "sites", "one.example.com", siteName)
	if err := os.Chtimes(old, testNow.AddDate(-9, 0, 0), testNow.AddDate(-9, 0, 0)); err != nil {
		t.Fatal(err)
	}
	q := NewSession(d, Site{}).Ask()
	var ids []string
	for _, o := range q.Options {
		ids = append(ids, o.ID)
	}
	if want := "continue new check open:" + old; strings.Join(ids, " ") != want {
		t.Fatalf("offers %v, want %s", ids, want)
	}
	s := NewSession(d, Site{})
	if err := s.Answer(Answer{Choice: "open:" + old}); err != nil || s.Site().Server.Domain != "one.example.com" || s.Ask().ID != "outbound" {
		t.Errorf("opened %+v at %s, %v", s.Site(), s.Ask().ID, err)
	}
	s = NewSession(d, Site{})
	if err := s.Answer(Answer{Choice: "new"}); err != nil || s.Ask().ID != "case" || s.Site().Server.Domain != "" {
		t.Errorf("new: at %s, %v", s.Ask().ID, err)
	}
	if list, _ := d.Store.List(); len(list) != 3 {
		t.Errorf("the earlier ones must stay: %+v", list)
	}
}

func TestBrokenFileStays(t *testing.T) {
	d := testDeps(t)
	d.Store = &Store{Dir: t.TempDir()}
	file := d.Store.Path("acme", siteName)
	if err := writeFile(file, []byte("version: 1\ncase: moon\n")); err != nil {
		t.Fatal(err)
	}
	s := NewSession(d, Site{})
	var p *Problem
	if err := s.Answer(Answer{Choice: "continue"}); !asProblem(err, &p) || !strings.Contains(p.Say, "line 2") || !strings.Contains(p.Say, file) {
		t.Errorf("got %v", err)
	}
	if err := s.Answer(Answer{Choice: "new"}); err != nil {
		t.Fatal(err)
	}
	if data, _ := os.ReadFile(file); string(data) != "version: 1\ncase: moon\n" {
		t.Errorf("the broken file was changed: %q", data)
	}
}

func TestSaveFails(t *testing.T) {
	d := testDeps(t)
	dir := t.TempDir()
	block := filepath.Join(dir, "file")
	if err := os.WriteFile(block, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d.Store = &Store{Dir: block} // a file where a folder must be: fails for root too
	s := NewSession(d, Site{})
	err := s.Answer(Answer{Choice: "new"})
	var se *SaveError
	if !errors.As(err, &se) || !strings.Contains(se.Error(), block) || se.Path == "" {
		t.Fatalf("got %v", err)
	}
	if s.Ask().ID != "case" || !s.Saved().IsZero() {
		t.Errorf("at %s, saved %v", s.Ask().ID, s.Saved())
	}
	_ = s.Answer(Answer{Choice: "lan"})
	if s.Site().Case != rules.CaseLAN {
		t.Error("the answer got lost")
	}
	if err := os.Remove(block); err != nil {
		t.Fatal(err)
	}
	if err := s.Answer(Answer{Many: []string{"google"}}); err != nil || s.Saved().IsZero() {
		t.Errorf("with room again: %v, saved %v", err, s.Saved())
	}
}

func TestWriteFile(t *testing.T) {
	d := testDeps(t)
	d.Store = &Store{Dir: t.TempDir()}
	s := NewSession(d, Site{Name: "x"})
	t.Cleanup(s.Close)
	p, err := s.WriteFile("../guide-server-aws.txt", []byte("a"))
	if err != nil || p != filepath.Join(d.Store.Dir, "sites", "x", "guide-server-aws.txt") {
		t.Fatalf("%s, %v", p, err)
	}
	if _, err := s.WriteFile("guide-server-aws.txt", []byte("b")); err != nil {
		t.Fatal(err)
	}
	entries, _ := os.ReadDir(filepath.Dir(p))
	guides := slices.DeleteFunc(entries, func(e os.DirEntry) bool { return !strings.HasPrefix(e.Name(), "guide") })
	if data, _ := os.ReadFile(p); string(data) != "b" || len(guides) != 1 {
		t.Errorf("%q, %v", data, guides)
	}
	if p, err := s.WriteFile(siteName, nil); err != nil || filepath.Base(p) == siteName {
		t.Errorf("guides may overwrite the answers: %s, %v", p, err)
	}
}

// TestFolderOfTheUser: where --site names a file in a folder of the user's own,
// nothing there is lost that we did not write.
func TestFolderOfTheUser(t *testing.T) {
	d := testDeps(t)
	dir := t.TempDir()
	d.Store = &Store{File: filepath.Join(dir, "acme.yaml")}
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	holds := func(name, text string) {
		t.Helper()
		if got, err := os.ReadFile(filepath.Join(dir, name)); string(got) != text {
			t.Errorf("%s holds %.60q (%v), want %.60q", name, got, err, text)
		}
	}
	session := func() *Session {
		s := NewSession(d, Site{Name: "acme", Case: rules.CaseLAN, Step: "sources"})
		t.Cleanup(s.Close)
		mustAnswer(t, s, "google")
		return s
	}
	s := session()
	write("guide.md", "mine")
	for _, step := range []struct{ text, want string }{{"a", "guide-2.md"}, {"b", "guide-2.md"}, {"mine", "guide.md"}} {
		if p, err := s.WriteFile("guide.md", []byte(step.text)); err != nil || p != filepath.Join(dir, step.want) {
			t.Errorf("%q went to %s, want %s: %v", step.text, p, step.want, err)
		}
	}
	holds("guide.md", "mine")
	holds("guide-2.md", "b")

	saved := `{"schema":1,"from":"hub","results":[]}` // as check --save writes it
	for _, theirs := range []string{saved, "notes", "", `{"place":{}}`} {
		write("results-acme.json", theirs)
		keep := s.Keep(Report{Schema: 1}, Spot{})
		if keep == nil {
			t.Fatal("nothing is to be kept")
		}
		if err := keep(); err == nil || !strings.Contains(err.Error(), "another file") || !strings.Contains(err.Error(), "results-acme.json") {
			t.Errorf("over %q: %v", theirs, err)
		}
		holds("results-acme.json", theirs)
	}
	if err := os.Remove(filepath.Join(dir, "results-acme.json")); err != nil {
		t.Fatal(err)
	}
	for range 2 { // none, and then its own
		if err := s.Keep(Report{Schema: 1}, Spot{})(); err != nil {
			t.Errorf("a place of its own: %v", err)
		}
	}

	large := strings.Repeat("# mine\n", maxSite/4)
	write("acme.yaml", large)
	if err := setAside(d.Store.File); err == nil || !strings.Contains(d.Words.Error(err), "larger") {
		t.Errorf("a large file is set aside: %v", err)
	}
	holds("acme.yaml", large)
}

func TestDefaultDir(t *testing.T) {
	env := func(x string) func(string) string { return func(string) string { return x } }
	for name, tc := range map[string]struct{ goos, xdg, want string }{
		"linux":    {"linux", "", filepath.FromSlash("/h/.local/state/sops-firewall")},
		"xdg":      {"linux", "/s", filepath.FromSlash("/s/sops-firewall")},
		"relative": {"linux", "s", filepath.FromSlash("/h/.local/state/sops-firewall")},
		"windows":  {"windows", "/s", filepath.FromSlash("/c/sops-firewall")},
		"darwin":   {"darwin", "", filepath.FromSlash("/c/sops-firewall")},
	} {
		if got := DefaultDir(tc.goos, env(tc.xdg), "/h", "/c"); got != tc.want {
			t.Errorf("%s: %s", name, got)
		}
	}
	if DefaultDir("linux", env(""), "", "/c") != "" {
		t.Error("no home must give no folder")
	}
}

// TestStartAnewKeepsTheEarlier: with one file given, its answers go to another
// name before they are begun anew.
func TestStartAnewKeepsTheEarlier(t *testing.T) {
	d := testDeps(t)
	file := filepath.Join(t.TempDir(), "acme.yaml")
	d.Store = &Store{File: file}
	first := NewSession(d, Site{})
	walk(t, first, rules.CaseLAN, "google")
	first.Close()
	for n := 1; n <= 2; n++ {
		was, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		site, err := d.Store.Load(file, d.Book, d.Routers)
		if err != nil {
			t.Fatal(err)
		}
		site.Step = "start"
		s := NewSession(d, site)
		for _, id := range []string{"new", "lan"} {
			if err := s.Answer(Answer{Choice: id}); err != nil {
				t.Fatal(err)
			}
		}
		kept, err := os.ReadFile(filepath.Join(filepath.Dir(file), fmt.Sprintf("acme-earlier-%d.yaml", n)))
		if err != nil || string(kept) != string(was) {
			t.Errorf("round %d: kept %q, %v; want %q", n, kept, err, was)
		}
		s.Close()
	}
}
