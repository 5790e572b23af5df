package wizard

import (
	"cmp"
	"slices"

	"github.com/syncsign/sops-firewall/rules"
)

// Book is the rule book with its headings and descriptions in this language. The
// section book has them by the words that stand in the rule book; what is not
// there, as in a rule book of somebody else, stays as it is. b is not changed.
func (w *Words) Book(b *rules.Book) *rules.Book {
	out := *b
	if len(w.book) == 0 {
		return &out
	}
	out.Tables = slices.Clone(b.Tables)
	for i := range out.Tables {
		t := &out.Tables[i]
		t.Title, t.Section = w.inBook(t.Title), w.inBook(t.Section)
		t.Rows = slices.Clone(t.Rows)
		for j := range t.Rows {
			r := &t.Rows[j]
			r.Function, r.Destination = w.inBook(r.Function), w.inBook(r.Destination)
		}
	}
	return &out
}

func (w *Words) inBook(text string) string { return cmp.Or(w.book[text], text) }
