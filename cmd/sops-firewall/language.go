package main

import (
	"cmp"
	"strings"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// language is the value of --lang: empty where the surroundings decide.
type language string

func (l *language) String() string { return string(*l) }

func (l *language) Type() string { return "language" }

func (l *language) Set(s string) error {
	lang := wizard.LanguageOf(s, languages())
	if lang == "" {
		return check.Say("problems.command.language", "known", strings.Join(languages(), ", "))
	}
	*l = language(lang)
	return nil
}

// choose looks for --lang before the commands are made, since their help is in
// that language too. A wrong one is refused when the flags are read.
func (l *language) choose(args []string) {
	for i, arg := range args {
		if arg == "--" {
			return
		}
		name, value, ok := strings.Cut(arg, "=")
		switch {
		case name != "--lang":
			continue
		case !ok && i+1 < len(args):
			value = args[i+1]
		}
		_ = l.Set(value)
	}
}

// speak is the language of all texts: of --lang, else of the environment, else
// of the system, else English.
func (a *app) speak() string {
	if a.lang != "" {
		return string(a.lang)
	}
	locale := wizard.LocaleOf(a.env)
	if locale == "" {
		locale = systemLocale()
	}
	return cmp.Or(wizard.LanguageOf(locale, languages()), wizard.English)
}

// languages are those there are, English first.
func languages() []string {
	known, err := wizard.Languages(sub("text"))
	if err != nil {
		return []string{wizard.English}
	}
	return known
}
