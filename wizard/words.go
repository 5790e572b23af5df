package wizard

import (
	"io/fs"

	"github.com/syncsign/sops-firewall/rules/check"
)

// Words are all texts of one language, from text/<lang>.yaml.
type Words struct{}

// LoadWords reads text/<lang>.yaml strictly.
func LoadWords(fsys fs.FS, lang string) (*Words, error) { panic("not written yet") }

// Finding is the text of a result for one flow.
func (w *Words) Finding(r check.Result, facts map[string]string) Finding { panic("not written yet") }

// Short is the few words beside a state.
func (w *Words) Short(r check.Result) string { panic("not written yet") }

// Text is any other text by key, with {name} replaced from facts.
func (w *Words) Text(key string, facts map[string]string) string { panic("not written yet") }
