package wizard

import (
	"strings"

	"github.com/syncsign/sops-firewall/rules"
)

// Text is what a support code says, for a person: the site, and the table that
// `check` prints where the code was made.
func (x Explained) Text(words *Words) string {
	var sources []string
	for _, s := range x.Site.Sources {
		sources = append(sources, words.Say("questions.sources.options."+string(s.Kind)+".label"))
	}
	where := words.Say("support.no-case")
	if x.Site.Case != rules.Case("") {
		where = words.Say("questions.case.options." + string(x.Site.Case) + ".label")
	}
	lines := []string{
		words.Say("support.seen-from", "place", words.Say("place."+x.Report.From)),
		words.Say("support.site", "case", where),
		words.Say("support.sources", "sources", firstText(strings.Join(sources, ", "), words.Say("support.no-sources"))),
		words.Say("support.detail." + x.Detail),
		"",
	}
	return strings.Join(lines, "\n") + "\n" + x.Report.Text(words)
}
