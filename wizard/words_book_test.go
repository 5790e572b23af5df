package wizard

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/syncsign/sops-firewall/assets"
	"github.com/syncsign/sops-firewall/rules"
)

func shippedBook(t *testing.T) *rules.Book {
	t.Helper()
	dir, err := fs.Sub(assets.FS, "rules")
	if err != nil {
		t.Fatal(err)
	}
	b, err := rules.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// bookTexts are the headings and descriptions of a rule book. Lists of hosts are no
// words.
func bookTexts(b *rules.Book) map[string]bool {
	out := map[string]bool{}
	for _, t := range b.Tables {
		out[t.Title], out[t.Section] = true, true
		for _, r := range t.Rows {
			out[r.Function] = true
			if r.Destination != strings.Join(r.Hosts, ", ") {
				out[r.Destination] = true
			}
		}
	}
	delete(out, "")
	return out
}

// TestBookWords holds every language's section book to the shipped rule book:
// nothing missing, nothing that no longer stands there, and the rows the same.
func TestBookWords(t *testing.T) {
	langs, err := Languages(shippedText(t))
	if err != nil {
		t.Fatal(err)
	}
	book := shippedBook(t)
	texts := bookTexts(book)
	for _, lang := range langs {
		w, err := LoadWords(shippedText(t), lang)
		if err != nil {
			t.Fatal(err)
		}
		for text := range w.book {
			if !texts[text] {
				t.Errorf("%s: %q does not stand in the rule book", lang, text)
			}
		}
		if lang == English {
			continue
		}
		for text := range texts {
			if w.book[text] == "" {
				t.Errorf("%s: %q is not translated", lang, text)
			}
		}
		for i, table := range w.Book(book).Tables {
			for j, r := range table.Rows {
				was := book.Tables[i].Rows[j]
				if r.ID != was.ID || len(r.Ports) != len(was.Ports) || strings.Join(r.Hosts, " ") != strings.Join(was.Hosts, " ") {
					t.Errorf("%s: row %s is another one", lang, was.Code)
				}
			}
		}
	}
}

func TestBook(t *testing.T) {
	w, err := LoadWords(fstest.MapFS{
		"en.yaml": {Data: []byte("a: b\n")},
		"de.yaml": {Data: []byte("a: b\nbook: {Basics: Grundlagen, API: Schnittstelle}\n")},
	}, "de")
	if err != nil {
		t.Fatal(err)
	}
	b := &rules.Book{Tables: []rules.Table{{Title: "Basics", Section: "Own", Rows: []rules.Row{{Function: "API", Destination: "x.example.com"}}}}}
	got := w.Book(b).Tables[0]
	if got.Title != "Grundlagen" || got.Section != "Own" || got.Rows[0].Function != "Schnittstelle" || got.Rows[0].Destination != "x.example.com" {
		t.Errorf("got %+v", got)
	}
	if b.Tables[0].Title != "Basics" || b.Tables[0].Rows[0].Function != "API" {
		t.Errorf("the given book was changed: %+v", b.Tables[0])
	}
}
