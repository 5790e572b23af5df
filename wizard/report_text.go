package wizard

import (
	"fmt"
	"strings"
)

// Text is the report for a person: one line a flow, and what is wrong and what
// to do below the last of those that say the same, in at most 80 columns.
func (r Report) Text() string {
	var b strings.Builder
	line := func(format string, args ...any) {
		b.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
	}
	for _, c := range r.Causes {
		line("%s %s", wordOf(c.Status), wrapText(c.Said, 7))
		if c.Todo != "" {
			line("       Do: %s", wrapText(c.Todo, 11))
		}
		line("       This explains %s below.\n", counted(len(c.Explains), "row"))
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
		if x.Status != "waiting" && x.From != r.From {
			reason = strings.TrimSpace(reason + " (seen from " + x.From + ")")
		}
		line("%s %-5s %-42s %-9s %s", wordOf(x.Status), x.Code, shorten(firstText(x.to, x.Host), 42), port, reason)
		if next := i + 1; !x.speaks() || next < len(r.Results) && x.alike(r.Results[next]) {
			continue
		}
		line("             %s", wrapText(x.Said, 13))
		todo, command, whole := strings.Cut(x.Todo, ":  ") // a command stays on one line
		if whole {
			todo += ":"
		}
		if todo != "" {
			line("             Do: %s", wrapText(todo, 17))
		}
		if command != "" {
			line("    %s", command)
		}
	}
	var parts []string
	for _, st := range []string{"pass", "note", "fail", "unproven", "waiting", "skipped", "not-needed"} {
		if n := r.Summary[st]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, st))
		}
	}
	took := ""
	if r.TookMS > 0 {
		took = fmt.Sprintf(" Took %.1f s.", float64(r.TookMS)/1000)
	}
	line("\n%s. Seen from: %s.%s", firstText(strings.Join(parts, ", "), "Nothing to check"), r.From, took)
	if r.Support != "" {
		line("Support code: %s (sops-firewall explain shows this table from it)", r.Support)
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

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func wordOf(status string) string {
	for s, w := range statusWords {
		if s.String() == status {
			return w
		}
	}
	return "[ ?  ]"
}

func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return s[:n-2] + ".."
}

// wrapText breaks s into lines of at most 80 columns, the later ones indented.
func wrapText(s string, indent int) string {
	var lines []string
	line := ""
	for w := range strings.FieldsSeq(s) {
		if line != "" && indent+len(line)+1+len(w) > 80 {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimSpace(line + " " + w)
	}
	lines = append(lines, line)
	return strings.Join(lines, "\n"+strings.Repeat(" ", indent))
}
