package wizard

import (
	"github.com/syncsign/sops-firewall/rules/router"
)

// Nothing is why there is nothing to enter on a firewall, a key of the words
// "guides.nothing"; empty where there is something.
type Nothing string

// The reasons. Only the first two say that nothing is to be done.
const (
	NothingOpen     Nothing = "open"        // what has to pass it was seen to pass
	NothingSaid     Nothing = "said"        // by the answer, everything may go out
	NothingSoFar    Nothing = "so-far"      // what fails, or is not sure, is not cured by a rule here
	NothingSeen     Nothing = "unseen"      // nobody has looked yet
	NothingSeenHubs Nothing = "unseen-hubs" // nobody has looked from the hubs' network yet
)

// Done tells whether nothing is to be done, as far as is known.
func (n Nothing) Done() bool { return n == NothingOpen || n == NothingSaid }

// why says why there is nothing to enter, where there is nothing.
func (w *wants) why() Nothing {
	switch {
	case w.unsure:
		return NothingSoFar
	case w.unseen && w.site.Outbound == OutboundOpen:
		return NothingSaid
	case w.unseen && w.side == router.SideHubs:
		return NothingSeenHubs
	case w.unseen:
		return NothingSeen
	default:
		return NothingOpen
	}
}
