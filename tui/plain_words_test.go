package tui

import (
	"strings"
	"testing"
)

// TestPlainWords: what a screen reader says instead of a sign is taken as well.
func TestPlainWords(t *testing.T) {
	for lang, say := range map[string]struct{ help, helped, back, answers, answered, yes, chosen, leave string }{
		"en": {"help", "back or the sign <", "Back", "answers", "Your answers:", "y", "Chosen: Yes, only what is allowed may go out.", "quit"},
		"de": {"hilfe", "oder das Zeichen <", "zurueck", "Angaben", "Ihre Angaben:", "ja", "Gewählt: Ja, nur Erlaubtes", "beenden"},
	} {
		t.Run(lang, func(t *testing.T) {
			deps, _ := realDepsIn(t, lang)
			k := startTalk(t, plainDesk(deps), deps.Check)
			typed := map[string][]string{
				"case":     {say.help, "1"},
				"sources":  {say.back},
				"outbound": {say.answers, "", say.yes},
			}
			for range 60 {
				said, ok := k.prompt()
				if !ok {
					break
				}
				q := deps.Session.Ask()
				prompt := said[strings.LastIndex(said, "\n")+1:]
				switch list := typed[q.ID]; {
				case len(list) > 0:
					k.says(list[0])
					typed[q.ID] = list[1:]
				case q.ID == "firewalls":
					k.says(say.leave)
				default:
					k.says(realAnswer(prompt, q, 1, "lan"))
				}
			}
			if o := k.finish(); !o.Left {
				t.Error("it was not left")
			}
			all := k.all.String()
			for _, want := range []string{say.helped, say.answered, say.chosen} {
				if !strings.Contains(all, want) {
					t.Errorf("%q was not said:\n%s", want, all)
				}
			}
			if n := strings.Count(all, " 2 "+map[string]string{"en": "of", "de": "von"}[lang]+" 7."); n < 2 {
				t.Errorf("the word for back does not go back:\n%s", all)
			}
		})
	}
}
