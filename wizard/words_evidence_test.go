package wizard

import (
	"testing"

	"github.com/syncsign/sops-firewall/rules/check"
)

// TestEvidence: what the checks say inside of a fact is in the user's language.
func TestEvidence(t *testing.T) {
	for lang, want := range map[string][2]string{
		"en": {"Questions to the name server (192.168.1.1, 9.9.9.9 rejected on the way) are rejected on the way, by this computer.", "One of the name servers does not answer (192.168.1.1, 9.9.9.9 silent)."},
		"de": {"Fragen an den Namensserver (192.168.1.1, 9.9.9.9 unterwegs abgewiesen) werden unterwegs abgewiesen, von diesem Computer.", "Einer der Namensserver antwortet nicht (192.168.1.1, 9.9.9.9 stumm)."},
	} {
		w, err := LoadWords(shippedText(t), lang)
		if err != nil {
			t.Fatal(err)
		}
		r := check.Result{Code: check.DNSSilent, Facts: check.Facts{"variant": "rejected", "resolver": "192.168.1.1, 9.9.9.9 rejected", "device": "this computer"}}
		if got := w.Finding(r, nil).Seen; got != want[0] {
			t.Errorf("%s: %q, want %q", lang, got, want[0])
		}
		r = check.Result{Code: check.DNSSomeSilent, Facts: check.Facts{"resolver": "192.168.1.1, 9.9.9.9 silent"}}
		if got := w.Finding(r, nil).Seen; got != want[1] {
			t.Errorf("%s: %q, want %q", lang, got, want[1])
		}
		if r.Facts["resolver"] != "192.168.1.1, 9.9.9.9 silent" {
			t.Errorf("%s: the result was changed: %v", lang, r.Facts)
		}
	}
}
