package tui

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/syncsign/sops-firewall/rules/router"
	"github.com/syncsign/sops-firewall/wizard"
)

// piece is what `c` copies at once: a code block, a step, or a paragraph.
type piece struct {
	code bool
	name string // "the commands", "step 2"
	text string // as it is copied
	show string // with the Markdown that styles it; code has none
}

var (
	stepStart = regexp.MustCompile(`^\d+[.)] `)
	inMarks   = regexp.MustCompile("\\*\\*([^*]+)\\*\\*|`([^`]+)`")
)

// cutBlock cuts a block: code stays whole, steps fall apart at their numbers.
func (d *desk) cutBlock(b router.Block) []piece {
	text := strings.Trim(b.Text, "\n")
	if text == "" {
		return nil
	}
	if b.Kind == router.Code {
		return []piece{{code: true, name: d.t("screens.copy.commands"), text: text + "\n", show: text}}
	}
	var out []piece
	var cur []string
	flush := func() {
		if s := strings.TrimSpace(strings.Join(cur, "\n")); s != "" {
			name := d.t("screens.copy.text")
			if m := stepStart.FindString(s); m != "" {
				name = d.t("screens.copy.step", "n", strings.TrimRight(m, ".) "))
			}
			out = append(out, piece{name: name, text: unmark(s) + "\n", show: s})
		}
		cur = nil
	}
	for l := range strings.SplitSeq(text, "\n") {
		if stepStart.MatchString(l) || strings.TrimSpace(l) == "" {
			flush()
		}
		cur = append(cur, l)
	}
	flush()
	return out
}

// chips are the values of a step, or the lines of commands, that can be copied alone.
func (p piece) chips() []string {
	if p.code {
		return strings.Split(p.show, "\n")
	}
	var out []string
	for _, m := range inMarks.FindAllStringSubmatch(p.show, -1) {
		if m[2] != "" {
			out = append(out, m[2])
		}
	}
	return out
}

// unmark takes the Markdown out of a step.
func unmark(s string) string { return inMarks.ReplaceAllString(s, "$1$2") }

// styled sets words of the router's screen bold and values underlined.
// The value number chosen, counted on from *n, is reversed.
func styled(s string, n *int, chosen int) string {
	return inMarks.ReplaceAllStringFunc(s, func(m string) string {
		style, text := chipStyle, strings.Trim(m, "`")
		if strings.HasPrefix(m, "**") {
			style, text = boldStyle, strings.Trim(m, "*")
		} else if *n++; *n == chosen {
			style = rowStyle
		}
		words := strings.Split(text, " ") // one by one: a line may break between them
		for i, w := range words {
			words[i] = style.Render(w)
		}
		return strings.Join(words, " ")
	})
}

// guideMarkdown is a guide as a file.
func (d *desk) guideMarkdown(g wizard.SideGuide) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %s\n\n", g.Title, g.Guide.Name)
	b.WriteString(d.t("screens.guide-file.proof", "proof", d.proofWords(g.Guide.Proof), "source", g.Guide.Source) + "\n")
	if g.Lead != "" {
		b.WriteString("\n" + g.Lead + "\n")
	}
	if g.Guide.Nothing {
		b.WriteString("\n" + g.Idle + "\n")
	}
	for _, n := range g.Notes {
		b.WriteString("\n" + n + "\n")
	}
	for _, gap := range g.Guide.Gaps {
		b.WriteString("\n" + d.t("screens.guide-file.gap", "row", gap.Code, "why", gap.Say) + "\n")
	}
	last := router.Part("")
	for _, bl := range g.Guide.Blocks {
		if bl.Part != last {
			fmt.Fprintf(&b, "\n## %s\n", d.partName(bl.Part))
			last = bl.Part
		}
		text := strings.Trim(bl.Text, "\n")
		if bl.Kind == router.Code {
			fence := "```"
			for strings.Contains(text, fence) {
				fence += "`"
			}
			fmt.Fprintf(&b, "\n%s%s\n%s\n%s\n", fence, bl.Lang, text, fence)
			continue
		}
		fmt.Fprintf(&b, "\n%s\n", text)
	}
	return []byte(b.String())
}

// partText is all of a part, steps and commands.
func partText(g router.Guide, part router.Part) string {
	var parts []string
	for _, b := range g.Blocks {
		if b.Part != part {
			continue
		}
		if b.Kind == router.Code {
			parts = append(parts, strings.Trim(b.Text, "\n"))
			continue
		}
		parts = append(parts, unmark(strings.Trim(b.Text, "\n")))
	}
	return strings.Join(parts, "\n\n") + "\n"
}
