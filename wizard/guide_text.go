package wizard

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/syncsign/sops-firewall/rules/router"
)

var (
	listItem = regexp.MustCompile(`^\d+\. `)
	marks    = regexp.MustCompile("\\*\\*([^*\n]+)\\*\\*|`([^`\n]+)`")
	inOrder  = []router.Part{router.Prepare, router.Apply, router.Verify, router.Undo, router.Notes}
)

// partTitle is the heading of a guide's part in files and on stdout.
func partTitle(w *Words, p router.Part) string { return w.Say("guides.parts." + string(p)) }

// GuideText is a guide as plain text. An empty part means all of them with
// headings; a single part is printed bare, ready to be pasted.
func GuideText(w *Words, g SideGuide, part router.Part) string {
	if part != "" {
		return bare(single(g.Guide, part), part)
	}
	var b strings.Builder
	for _, l := range head(w, g) {
		b.WriteString(l + "\n")
	}
	for _, p := range inOrder {
		if text := bare(g.Guide, p); text != "" {
			fmt.Fprintf(&b, "\n== %s ==\n\n%s", partTitle(w, p), text)
		}
	}
	return b.String()
}

// single leaves out the words of a part that has a text to paste: what is piped
// into a device must hold nothing else.
func single(g router.Guide, part router.Part) router.Guide {
	g.Blocks = slices.DeleteFunc(slices.Clone(g.Blocks), func(b router.Block) bool { return b.Part != part })
	if slices.ContainsFunc(g.Blocks, isCode) {
		g.Blocks = slices.DeleteFunc(g.Blocks, func(b router.Block) bool { return !isCode(b) })
	}
	return g
}

func isCode(b router.Block) bool { return b.Kind == router.Code }

// Lacks is why a guide has no instructions though there is something to do;
// empty when it has some.
func (g SideGuide) Lacks() string {
	var say []string
	for _, gap := range g.Guide.Gaps {
		if gap.Code == "" && len(g.Guide.Blocks) == 0 && !g.Guide.Nothing {
			say = append(say, gap.Say)
		}
	}
	return strings.Join(say, " ")
}

// Beside is what a reader of one part alone must know too.
func (g SideGuide) Beside(w *Words, part router.Part) []string {
	var out []string
	if g.Guide.Nothing {
		return []string{g.Idle}
	}
	for _, gap := range g.Guide.Gaps {
		out = append(out, notCovered(w, gap))
	}
	all := slices.DeleteFunc(slices.Clone(g.Guide.Blocks), func(b router.Block) bool { return b.Part != part })
	switch {
	case len(all) == 0:
		out = append(out, w.Say("guides.no-part"))
	case len(all) > len(single(g.Guide, part).Blocks):
		out = append(out, w.Say("guides.steps-too"))
	}
	return out
}

func notCovered(w *Words, g router.Gap) string {
	return w.Say("guides.not-covered", "gap", strings.TrimSpace(g.Code+" "+g.Say))
}

// head is the lines above the parts.
func head(w *Words, g SideGuide) []string {
	title := g.Title
	if g.Guide.Name != "" {
		title += ": " + g.Guide.Name
	}
	lines := []string{title}
	if g.Lead != "" {
		lines = append(lines, g.Lead)
	}
	if g.Guide.Source != "" {
		lines = append(lines, w.Say("guides.proof", "proof", w.Say("guides.proofs."+string(g.Guide.Proof)), "checked", g.Guide.Checked, "source", g.Guide.Source))
	}
	if g.Guide.Nothing {
		lines = append(lines, g.Idle)
	}
	lines = append(lines, g.Notes...)
	for _, gap := range g.Guide.Gaps {
		lines = append(lines, notCovered(w, gap))
	}
	if g.Err != nil {
		lines = append(lines, w.Say("guides.failed", "why", w.Error(g.Err)))
	}
	return lines
}

// bare is the text of one part and nothing else.
func bare(g router.Guide, part router.Part) string {
	var out []string
	for _, bl := range g.Blocks {
		if bl.Part != part {
			continue
		}
		text := strings.Trim(bl.Text, "\n")
		if bl.Kind == router.Steps {
			text = numbered(marks.ReplaceAllString(text, "$1$2"))
		}
		out = append(out, text)
	}
	if len(out) == 0 {
		return ""
	}
	return strings.Join(out, "\n\n") + "\n"
}

// numbered counts the steps: in the small Markdown each may be "1.".
func numbered(text string) string {
	lines := strings.Split(text, "\n")
	n := 0
	for i, l := range lines {
		if m := listItem.FindString(l); m != "" {
			n++
			lines[i] = strconv.Itoa(n) + ". " + l[len(m):]
		}
	}
	return strings.Join(lines, "\n")
}

// GuideMarkdown is a guide as Markdown, all parts or one.
func GuideMarkdown(w *Words, g SideGuide, part router.Part) string {
	var b strings.Builder
	if part == "" {
		lines := head(w, g)
		fmt.Fprintf(&b, "# %s\n", lines[0])
		for _, l := range lines[1:] {
			fmt.Fprintf(&b, "\n%s\n", l)
		}
	}
	for _, p := range inOrder {
		if part != "" && p != part {
			continue
		}
		first := true
		blocks := g.Guide.Blocks
		if part != "" {
			blocks = single(g.Guide, part).Blocks
		}
		for _, bl := range blocks {
			if bl.Part != p {
				continue
			}
			if first && part == "" {
				fmt.Fprintf(&b, "\n## %s\n\n", partTitle(w, p))
			} else if !first {
				b.WriteString("\n")
			}
			first = false
			text := strings.Trim(bl.Text, "\n")
			if bl.Kind == router.Code {
				fence := "```"
				for strings.Contains(text, fence) {
					fence += "`"
				}
				text = fence + bl.Lang + "\n" + text + "\n" + fence
			}
			b.WriteString(text + "\n")
		}
	}
	return b.String()
}
