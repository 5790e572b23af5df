package wizard

import (
	"strconv"
	"strings"
	"time"
)

// Listening is the server's end of an inbound proof that is under way.
type Listening struct {
	Posts   []Post
	Command string // what to run at the other end
	URL     string // what a phone opens instead; empty when no port is ours
	Until   time.Time
	// Arrivals brings what comes in. It is closed when the session has ended;
	// Ended then tells why.
	Arrivals <-chan Arrival
	Ended    func() error
}

// Post is one port of the inbound rows, as found at the server.
type Post struct {
	Codes string // of its rows: "4.3, 5.1"
	Proto string // tcp or udp
	Port  uint16
	State string // a key below "inbound.posts" in the words: ours, identity, key, page, held, rights, error
}

// Ours tells whether any port waits for the test.
func (l Listening) Ours() bool {
	for _, p := range l.Posts {
		if p.State == "ours" {
			return true
		}
	}
	return false
}

// Told tells whether the result of any port is seen at the other end alone: a
// service holds it, and proves itself to who calls.
func (l Listening) Told() bool {
	for _, p := range l.Posts {
		if p.State != "ours" && p.State != "rights" && p.State != "error" {
			return true
		}
	}
	return false
}

// Label is "TCP 443".
func (p Post) Label() string { return strings.ToUpper(p.Proto) + " " + strconv.Itoa(int(p.Port)) }

// PostText says how a port is proven.
func (w *Words) PostText(p Post) string { return w.Text("inbound.posts."+p.State, nil) }
