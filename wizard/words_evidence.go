package wizard

import (
	"cmp"
	"strings"
)

// evidence puts the words of the checks that stand inside of facts into this
// language: a name server's state behind its address, as in "192.168.1.1 silent",
// and this computer where a device is named.
func (w *Words) evidence(facts map[string]string) {
	for _, k := range [...]string{"resolver", "address"} {
		items := strings.Split(facts[k], ", ")
		for i, item := range items {
			server, state, ok := strings.Cut(item, " ")
			if text := w.flat["evidence."+strings.ReplaceAll(state, " ", "-")]; ok && text != "" {
				items[i] = server + " " + text
			}
		}
		if facts[k] != "" {
			facts[k] = strings.Join(items, ", ")
		}
	}
	if facts["device"] == "this computer" { // the checks' word for its own firewall
		facts["device"] = cmp.Or(w.flat["evidence.this-computer"], facts["device"])
	}
}
