package wizard

import (
	"fmt"
	"slices"
	"strings"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/router"
)

// RuleList is `rules --format json` (schema 1).
type RuleList struct {
	Schema int             `json:"schema"`
	Tables []RuleListTable `json:"tables"`
}

// RuleListTable is one table.
type RuleListTable struct {
	ID     string        `json:"id"`
	Code   string        `json:"code"`
	Title  string        `json:"title"`
	Origin string        `json:"origin"`
	Rows   []RuleListRow `json:"rows"`
}

// RuleListRow is one row.
type RuleListRow struct {
	ID         string   `json:"id"`
	Code       string   `json:"code"`
	Proto      string   `json:"proto"`
	Ports      []uint16 `json:"ports"`
	Hosts      []string `json:"hosts"`
	Function   string   `json:"function"`
	Importance string   `json:"importance"`
	Applies    bool     `json:"applies"`
	Because    string   `json:"because"`

	to []string // hosts for a person
}

// ListRules are the rows that apply to the site; all includes the others, with
// the reason.
func ListRules(book *rules.Book, w *Words, site Site, all bool) RuleList {
	list := RuleList{Schema: 1, Tables: []RuleListTable{}}
	for _, v := range NewBoard(book, w, site, site.From).Views(all) {
		t := RuleListTable{ID: v.Table.ID, Code: v.Table.Code, Title: v.Table.Title, Origin: string(v.Table.Origin)}
		for _, r := range v.Rows {
			row := RuleListRow{
				ID: r.Row.ID, Code: r.Row.Code, Proto: r.Row.Proto, Ports: []uint16{}, Hosts: []string{}, Function: r.Row.Function,
				Importance: string(r.Row.Importance), Applies: r.Applies, Because: r.Because,
			}
			for _, p := range r.Row.Ports {
				if p.Number != 0 {
					row.Ports = append(row.Ports, p.Number)
				}
			}
			for _, f := range r.Flows {
				if !slices.Contains(row.Hosts, f.Flow.Host) {
					row.Hosts = append(row.Hosts, f.Flow.Host)
				}
			}
			if row.to = row.Hosts; r.Row.Proto == "ip" {
				row.to = []string{r.Row.Destination}
			}
			t.Rows = append(t.Rows, row)
		}
		list.Tables = append(list.Tables, t)
	}
	return list
}

func (r RuleListRow) ports() string {
	var out []string
	for _, p := range r.Ports {
		out = append(out, fmt.Sprint(p))
	}
	return strings.Join(out, ", ")
}

// Text is the list for a person.
func (l RuleList) Text(w *Words) string {
	var b strings.Builder
	for i, t := range l.Tables {
		if i > 0 {
			b.WriteByte('\n')
		}
		ours := ""
		if t.Origin == string(rules.Ours) {
			ours = "  " + w.Say("rows.ours")
		}
		_, _ = fmt.Fprintf(&b, "%s %s%s   %s\n", t.Code, t.Title, ours, w.Say("rows.table", "id", t.ID))
		for _, r := range t.Rows {
			for j, h := range r.to {
				code, proto := "", ""
				if j == 0 {
					code = r.Code
				}
				if len(r.Ports) > 0 {
					proto = strings.ToUpper(r.Proto) + " " + r.ports()
				}
				_, _ = fmt.Fprintf(&b, "  %-4s %-34s %-15s %s\n", code, h, proto, r.Function)
			}
			if !r.Applies {
				_, _ = fmt.Fprintf(&b, "       %s\n", w.Say("rows.left-out", "because", strings.TrimPrefix(r.Because, w.Say("rows.not-needed"))))
			}
		}
	}
	return b.String()
}

// Markdown is the list as tables.
func (l RuleList) Markdown(w *Words) string {
	var b strings.Builder
	for _, t := range l.Tables {
		_, _ = fmt.Fprintf(&b, "## %s %s (%s)\n\n%s", t.Code, cell(t.Title), w.Say("rows.origins."+t.Origin), tableHead(w, "row", "protocol", "port", "destination", "function", "applies"))
		for _, r := range t.Rows {
			yes := w.Say("rows.yes")
			if !r.Applies {
				yes = w.Say("rows.no", "because", r.Because)
			}
			_, _ = fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s |\n", r.Code, strings.ToUpper(r.Proto), r.ports(), cell(strings.Join(r.to, ", ")), cell(r.Function), cell(yes))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// tableHead is the head of a table in Markdown, with columns by their keys.
func tableHead(w *Words, keys ...string) string {
	names := make([]string, len(keys))
	for i, k := range keys {
		names[i] = w.Say("columns." + k)
	}
	return "| " + strings.Join(names, " | ") + " |\n|" + strings.Repeat(" --- |", len(keys)) + "\n"
}

// RouterItem is an entry of `routers --format json`.
type RouterItem struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Generations []string `json:"generations"`
	Labels      []string `json:"labels"` // what tells the generations apart, in their order
	Kind        string   `json:"kind"`
	Sides       []string `json:"sides"`
	Proof       string   `json:"proof"`
}

// ListRouters are the routers with filter in their id, their name or the label
// of a generation, in English or the language, any case.
func ListRouters(cat *router.Catalogue, filter, lang string) []RouterItem {
	out := []RouterItem{}
	filter = strings.ToLower(filter)
	for _, r := range cat.Routers {
		english := r.Name
		item := RouterItem{ID: r.ID, Name: r.Variants[0].Said(lang, r.Name), Generations: []string{}, Labels: []string{}, Kind: string(r.Kind), Sides: []string{}, Proof: string(r.Proof)}
		for _, v := range r.Variants {
			item.Generations = append(item.Generations, v.Generation)
			item.Labels = append(item.Labels, v.Said(lang, v.Label))
			english += " " + v.Label
		}
		if !strings.Contains(strings.ToLower(r.ID+" "+english+" "+item.Name+" "+strings.Join(item.Labels, " ")), filter) {
			continue
		}
		for _, s := range r.Sides {
			item.Sides = append(item.Sides, string(s))
		}
		out = append(out, item)
	}
	return out
}

// few is how many routers are listed with what tells their generations apart.
const few = 3

// RoutersText is the catalogue for a person; of few routers, each generation
// with its label and the id to choose it by.
func RoutersText(w *Words, list []RouterItem) string {
	var heads []string
	for _, k := range []string{"id", "name", "kind", "proof", "generations"} {
		heads = append(heads, strings.ToUpper(w.Say("columns."+k)))
	}
	id, name, kind, proof := len([]rune(heads[0])), len([]rune(heads[1])), max(5, len([]rune(heads[2]))), max(8, len([]rune(heads[3])))
	for _, r := range list {
		id, name = max(id, len(r.ID)), max(name, len([]rune(r.Name)))
	}
	var b strings.Builder
	line := func(cells ...string) {
		_, _ = fmt.Fprintf(&b, "%-*s  %-*s  %-*s  %-*s  %s\n", id, cells[0], name, cells[1], kind, cells[2], proof, cells[3], cells[4])
	}
	line(heads...)
	for _, r := range list {
		line(r.ID, r.Name, r.Kind, r.Proof, strings.Join(r.Generations, ", "))
	}
	if len(list) > few {
		return b.String()
	}
	for _, r := range list {
		wide := 0
		for _, g := range r.Generations {
			wide = max(wide, len(g))
		}
		_, _ = fmt.Fprintf(&b, "\n%s:\n", r.Name)
		for i, g := range r.Generations {
			_, _ = fmt.Fprintf(&b, "  %s/%-*s  %s\n", r.ID, wide, g, r.Labels[i])
		}
	}
	return b.String()
}
