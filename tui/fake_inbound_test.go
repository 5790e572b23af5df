package tui

import (
	"io/fs"
	"net/netip"
	"sync"
	"time"

	"github.com/syncsign/sops-firewall/assets"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// realWords are the shipped texts, germanWords those of the longer language.
var (
	realWords   = sync.OnceValue(func() *wizard.Words { return shippedWords(wizard.English) })
	germanWords = sync.OnceValue(func() *wizard.Words { return shippedWords("de") })
)

func shippedWords(lang string) *wizard.Words {
	dir, err := fs.Sub(assets.FS, "text")
	if err != nil {
		panic(err) // the name is a constant and valid
	}
	w, err := wizard.LoadWords(dir, lang)
	if err != nil {
		panic(err) // held by the tests of wizard
	}
	return w
}

// fakeListening is a session in which one port is reached from outside, one
// from inside, and that is over then.
func fakeListening(wizard.Site) (wizard.Listening, error) {
	ch := make(chan wizard.Arrival, 3)
	ch <- wizard.Arrival{Proto: "tcp", Port: 80, Source: netip.MustParseAddr("192.168.50.20"), Seen: check.SeenInside}
	ch <- wizard.Arrival{Proto: "tcp", Port: 80, Source: netip.MustParseAddr("198.51.100.7"), Seen: check.SeenOutside}
	ch <- wizard.Arrival{Proto: "tcp", Port: 8883, Source: netip.MustParseAddr("192.168.50.20"), Seen: check.SeenInside}
	close(ch)
	return wizard.Listening{
		Posts: []wizard.Post{
			{Codes: "4.1", Proto: "tcp", Port: 8883, State: "ours"},
			{Codes: "4.2", Proto: "tcp", Port: 1883, State: "held"},
			{Codes: "4.3, 5.1", Proto: "tcp", Port: 80, State: "ours"},
			{Codes: "4.3, 5.1", Proto: "tcp", Port: 443, State: "rights"},
		},
		Command: "sops-firewall check --from internet --to sops.example.com --code 5D24-PRZB-D4VK-TQ",
		URL:     "http://sops.example.com:8883/NWTF9D2GEZS5", Until: noon.Add(15 * time.Minute), Arrivals: ch, Ended: func() error { return nil },
	}, nil
}

// heldListening is a session in which every port is held by a service.
func heldListening(site wizard.Site) (wizard.Listening, error) {
	l, err := fakeListening(site)
	for i := range l.Posts {
		l.Posts[i].State = "identity"
	}
	l.URL = ""
	return l, err
}
