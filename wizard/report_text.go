package wizard

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Text is the report for a person: one line a flow, and what is wrong and what
// to do below the last of those that say the same, in at most 80 columns.
func (r Report) Text(w *Words) string {
	var b strings.Builder
	line := func(format string, args ...any) {
		b.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
	}
	for _, c := range r.Causes {
		line("%s %s", w.stateOf(c.Status), wrapText(c.Said, 7, 7))
		if c.Todo != "" {
			line("       %s", wrapText(w.Say("report.do", "todo", c.Todo), 7, 11))
		}
		switch n := len(c.Explains); {
		case n == 0:
			line("")
		case c.about:
			line("       %s\n", w.Count("report.about", n))
		default:
			line("       %s\n", w.Count("report.explains", n))
		}
	}
	for i, x := range r.Results {
		if i > 0 && x.Table != r.Results[i-1].Table {
			line("")
		}
		port := ""
		if x.Port != 0 {
			port = fmt.Sprintf("%s %d", strings.ToUpper(x.Proto), x.Port)
		}
		reason := x.Reason
		switch {
		case len(x.Seen) > 0:
			reason = strings.TrimSpace(reason + " " + w.Say("report.seen-several", "n", strconv.Itoa(len(x.Seen))))
		case x.Status != "waiting" && x.From != r.From:
			reason = strings.TrimSpace(reason + " " + w.Say("report.seen-from", "from", w.Place(x.From), "age", x.age))
		}
		line("%s %-5s %-42s %-9s %s", w.stateOf(x.Status), x.Code, shorten(firstText(x.to, x.Host), 42), port, reason)
		if next := i + 1; !x.speaks() || next < len(r.Results) && x.alike(r.Results[next]) {
			continue
		}
		line("             %s", wrapText(strings.TrimSpace(x.where+" "+x.Said), 13, 13))
		todo, command, whole := strings.Cut(x.Todo, ":  ") // a command stays on one line
		if whole {
			todo += ":"
		}
		if todo != "" {
			line("             %s", wrapText(w.Say("report.do", "todo", todo), 13, 17))
		}
		if command != "" {
			line("    %s", command)
		}
	}
	var parts []string
	for _, st := range []string{"pass", "note", "fail", "unproven", "waiting", "skipped", "not-needed"} {
		if n := r.Summary[st]; n > 0 {
			parts = append(parts, w.Say("report.sums."+st, "n", strconv.Itoa(n)))
		}
	}
	sum, took := firstText(strings.Join(parts, ", "), w.Say("report.sums.nothing")), ""
	if r.TookMS > 0 {
		took = fmt.Sprintf("%.1f", float64(r.TookMS)/1000)
	}
	line("\n%s", w.Say("report.end", "sum", sum, "from", w.Place(r.From), "seconds", took))
	if r.Support != "" {
		line("%s", w.Say("report.support", "code", r.Support))
	}
	return b.String()
}

// speaks tells whether there is something to say about a row.
func (r ReportResult) speaks() bool {
	switch r.Status {
	case "fail", "unproven", "waiting":
		return r.Said != ""
	case "note":
		return r.Reason != ""
	}
	return false
}

// alike tells whether two rows of one table say the same.
func (r ReportResult) alike(o ReportResult) bool {
	return r.Table == o.Table && r.Status == o.Status && r.Said == o.Said && r.Todo == o.Todo
}

// stateOf is the state word of a status in JSON.
func (w *Words) stateOf(status string) string {
	s, _ := statusOf(status)
	return w.State(s)
}

func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-2]) + ".."
	}
	return s
}

// wrapText breaks s, which begins at a column, into lines of at most 80 columns,
// the later ones indented.
func wrapText(s string, at, indent int) string {
	var lines []string
	line := ""
	for w := range strings.FieldsSeq(s) {
		if line != "" && at+utf8.RuneCountInString(line)+1+utf8.RuneCountInString(w) > 80 {
			lines = append(lines, line)
			line, at = "", indent
		}
		line = strings.TrimSpace(line + " " + w)
	}
	lines = append(lines, line)
	return strings.Join(lines, "\n"+strings.Repeat(" ", indent))
}
