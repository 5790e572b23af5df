package tui

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"
	"unicode"

	"github.com/syncsign/sops-firewall/rules"
	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

// atOnce answers every check before anybody asks.
func atOnce(_ context.Context, jobs []check.Job) <-chan check.Result {
	ch := make(chan check.Result, len(jobs))
	for _, j := range jobs {
		ch <- fakeResult(j)
	}
	close(ch)
	return ch
}

// never leaves all checks open until ctx ends.
func never(ctx context.Context, _ []check.Job) <-chan check.Result {
	ch := make(chan check.Result)
	go func() {
		<-ctx.Done()
		close(ch)
	}()
	return ch
}

// talk is a user who reads before typing.
type talk struct {
	t    *testing.T
	keys *io.PipeWriter
	mu   sync.Mutex
	more *sync.Cond
	all  bytes.Buffer
	read int // how much of all was understood
	end  bool
	out  Outcome
	err  error
	done chan struct{}
}

func (k *talk) Write(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.more.Broadcast()
	return k.all.Write(p)
}

func startTalk(t *testing.T, d *desk, ask func(context.Context, []check.Job) <-chan check.Result) *talk {
	t.Helper()
	r, w := io.Pipe()
	k := &talk{t: t, keys: w, done: make(chan struct{})}
	k.more = sync.NewCond(&k.mu)
	ctx, stop := context.WithTimeout(t.Context(), 8*time.Second)
	t.Cleanup(stop)
	go func() {
		defer close(k.done)
		o, err := plainRun(ctx, d, ask, r, k)
		k.mu.Lock()
		defer k.mu.Unlock()
		k.end, k.out, k.err = true, o, err
		k.more.Broadcast()
	}()
	return k
}

// hear waits until want is said and returns what was said up to there.
func (k *talk) hear(want string) string {
	k.t.Helper()
	k.mu.Lock()
	defer k.mu.Unlock()
	for {
		rest := k.all.String()[k.read:]
		if i := strings.Index(rest, want); i >= 0 {
			k.read += i + len(want)
			return rest[:i+len(want)]
		}
		if k.end {
			k.t.Fatalf("%q was never said; the end is:\n%s", want, rest)
		}
		k.more.Wait()
	}
}

func (k *talk) says(line string) {
	k.t.Helper()
	if _, err := io.WriteString(k.keys, line+"\n"); err != nil {
		k.t.Fatal(err)
	}
}

// dialog is pairs of what is heard and what is typed then.
func (k *talk) dialog(pairs ...string) {
	k.t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		k.hear(pairs[i])
		k.says(pairs[i+1])
	}
}

func (k *talk) finish() Outcome {
	k.t.Helper()
	<-k.done
	if k.err != nil {
		k.t.Errorf("ended with %v", k.err)
	}
	appendOnly(k.t, k.all.String())
	return k.out
}

// appendOnly fails when s moves a cursor, or draws.
func appendOnly(t *testing.T, s string) {
	t.Helper()
	for _, r := range s {
		if r != '\n' && (unicode.IsControl(r) || r > 127 && !unicode.IsLetter(r)) {
			t.Fatalf("%q was written in:\n%s", r, s)
		}
	}
	if strings.Contains(s, "-----") {
		t.Error("a rule of dashes was drawn")
	}
}

func TestPlainWholeSessionLAN(t *testing.T) {
	d, s, _, f := fakeDesk(nil)
	k := startTalk(t, d, atOnce)
	k.dialog(
		"[1]: ", "2",
		"Step 2 of 7. Where is the server?", "",
		"Step 3 of 7.", "1 3",
		"Server name [sops.example.com]: ", "",
		"Server in the LAN [192.168.50.10, this computer]: ", "",
		"Hub network [192.168.60.]: ", "",
		"Not accepted: four numbers and a size: 192.168.60.0/24", "192.168.60.0/24",
		"Mode, may stay empty. Choose 1 to 2.", "2",
		"Step 5 of 7. Which router is it?", "mikro",
		"2. MikroTik: web page, labels may differ.", "*",
		"23. I don't know: how to find out; then a general guide.", "",
		"Step 6 of 7. Checks", "<",
		"Step 5 of 7", "MikroTik",
		"[3]: ", "",
	)
	head := k.hear("[3]: ")
	for _, want := range []string{
		"Table 2 of 4: From SOPS to Internet: Services for OTA. 7 checks. 6 ok, 1 failed.\n",
		`Failed 1 of 1: row 1.1, up.sync-sign.com, TCP 8433. your router 192.168.50.1 answers "not allowed" (ICMP 3/13), both tries.`,
		"  Do: nothing now: it is in the router's instructions (step 7). r asks again.\n",
	} {
		if !strings.Contains(head, want) {
			t.Errorf("%q is not in\n%s", want, head)
		}
	}
	k.says("2")
	k.dialog(
		"Row 1.2, github.com, TCP 22: ok, 31 ms. What for: OTA firmware.", "3",
		"Table 3 of 4", "3",
		"Waiting: 5.1 TCP 80, 5.1 TCP 443.", "3",
		"Choose 1 or 2.", "2",
		"Written to /home/user/sops/guide-site-fritzbox.md", "",
		"add chain=dstnat action=dst-nat to-addresses=192.168.50.10 to-ports=443 protocol=tcp in-interface-list=WAN dst-port=443 comment=\"SOPS in-api\"\n", "",
		"There are none yet: the router is not known.", "",
		"Not done: something is still closed. 8 ok, 1 failed, 2 waiting.", "1",
		"Written to /home/user/sops/report-acme-office.md", "2",
	)
	o := k.finish()
	if o.Left || o.Exit != 3 || len(o.Lines) != 3 || o.Lines[1] != "Files: /home/user/sops/report-acme-office.md and 2 more beside it" {
		t.Errorf("outcome %+v", o)
	}
	if got := s.answers["start"].Choice + " " + s.answers["case"].Choice + " " + s.answers["brand:site"].Choice; got != "new lan mikrotik" {
		t.Errorf("choices %q", got)
	}
	if got := s.answers["sources"].Many; !slices.Equal(got, []string{"google", "exchange"}) {
		t.Errorf("sources %v", got)
	}
	if got := s.answers["addresses"].Fields; got["hubs"] != "192.168.60.0/24" || got["mode"] != "bridge" || got["domain"] != "sops.example.com" {
		t.Errorf("addresses %v", got)
	}
	if !strings.Contains(f.got["guide-site-fritzbox.md"], "## Enter") || f.got["report-acme-office.md"] == "" {
		t.Errorf("files %v", f.got)
	}
}

func TestPlainInternetAndChangedAnswer(t *testing.T) {
	d, s, _, _ := fakeDesk(nil)
	k := startTalk(t, d, atOnce)
	k.dialog(
		"[1]: ", "1",
		"Step 2 of 7. Where is the server?", "A",
		"Step 3 of 7.", "s",
		"3. Addresses: sops.example.com, 192.168.50.10", "9",
		"Type a number from 1 to 3.", "1",
		"Step 2 of 7. Where is the server?", "b",
		"Chosen: Server on the Internet (AWS, Azure, a VPS), hubs in offices.", "0",
		"Chosen: none.", "<",
		"Step 3 of 7.", "",
		"Step 4 of 7.", "q",
	)
	o := k.finish()
	if !o.Left || o.Exit != 0 {
		t.Errorf("outcome %+v", o)
	}
	if s.answers["case"].Choice != "internet" || !slices.Equal(s.answers["sources"].Many, nil) && s.answers["sources"].Many[0] != "google" {
		t.Errorf("answers %+v", s.answers)
	}
	if !strings.Contains(o.Lines[2], "it goes on at this question") {
		t.Errorf("last line %q", o.Lines[2])
	}
}

func TestPlainResultsWhileTyping(t *testing.T) {
	d, s, b, _ := fakeDesk(nil)
	s.at = 5 // tables
	b.settle()
	ota := b.Jobs(true, "server-out-ota")
	runs := make(chan chan check.Result, 4)
	clock := noon
	d.now = func() time.Time { return clock }
	k := startTalk(t, d, func(_ context.Context, jobs []check.Job) <-chan check.Result {
		ch := make(chan check.Result, len(jobs))
		runs <- ch
		return ch
	})
	k.dialog("Table 1 of 4", "", "Table 2 of 4", "1")
	run := <-runs
	k.hear("7 under way. Each change is read out.")
	k.hear("q leave.")
	bad := fakeResult(ota[1])
	bad.Provisional = true
	run <- bad
	k.hear("Row 1.1, up.sync-sign.com, TCP 8433: failed, blocked.\n")
	run <- fakeResult(ota[0])
	k.hear("Row 1.1, up.sync-sign.com, TCP 443: ok, 31 ms.\n")
	k.says("")
	k.hear("Status: 1 ok, 1 failed, 5 being checked.")
	k.says("what")
	k.hear("Still checking.")
	good := fakeResult(ota[1])
	good.Status = check.Pass
	run <- good
	k.hear("Row 1.1, up.sync-sign.com, TCP 8433: ok, 31 ms.\n")
	for _, j := range ota[2:] {
		run <- fakeResult(j)
	}
	close(run)
	rest := k.hear("[3]: ")
	if n := strings.Count(rest, ": ok, 31 ms.\n"); n != len(ota)-2 {
		t.Errorf("%d lines of change, want %d:\n%s", n, len(ota)-2, rest)
	}
	if !strings.Contains(rest, "7 checks. 7 ok.") {
		t.Errorf("no sum in\n%s", rest)
	}
	k.says("q")
	if o := k.finish(); !o.Left {
		t.Errorf("outcome %+v", o)
	}
}

func TestPlainWaitingCanBeLeft(t *testing.T) {
	tests := map[string]struct {
		key, then string
	}{
		"go on without waiting": {"3", "Table 1 of 4: Basics. 1 check. 1 being checked."},
		"back":                  {"<", "Step 5 of 7."},
		"help":                  {"?", "R checks all tables again."},
		"answers":               {"s", "Your answers:"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d, s, _, _ := fakeDesk(nil)
			s.at = 5
			k := startTalk(t, d, never)
			k.dialog("without waiting. < back. ? help. q leave.", tt.key)
			k.hear(tt.then)
			k.says("q")
			if o := k.finish(); !o.Left || o.Exit != 0 {
				t.Errorf("outcome %+v", o)
			}
		})
	}
}

// TestPlainChecksWithoutResults ends the waiting even if a run breaks its word.
func TestPlainChecksWithoutResults(t *testing.T) {
	d, s, _, _ := fakeDesk(nil)
	s.at = 5
	k := startTalk(t, d, func(context.Context, []check.Job) <-chan check.Result {
		ch := make(chan check.Result)
		close(ch)
		return ch
	})
	k.dialog("[3]: ", "q")
	k.finish()
}

func TestPlainForm(t *testing.T) {
	tests := map[string]struct {
		keys []string // what is heard, what is typed
		want map[string]string
	}{
		"back inside the form": {
			[]string{"Server name", "a.example.com", "Server in the LAN", "<", "Server name [a.example.com]: ", "", "Server in the LAN", "", "Hub network", "10.0.0.0/8", "Mode", ""},
			map[string]string{"domain": "a.example.com", "lan_ip": "192.168.50.10", "hubs": "10.0.0.0/8", "mode": "router"},
		},
		"empty what may be empty": {
			[]string{"Server name", "", "LAN", "", "Hub network", "-", "This is needed. For example: such as 192.168.60.0/24.", "10.0.0.0/8", "Mode", "-"},
			map[string]string{"domain": "sops.example.com", "lan_ip": "192.168.50.10", "hubs": "10.0.0.0/8", "mode": ""},
		},
		"a value that looks like a command": {
			[]string{"Server name", "=q", "LAN", "s", "Hub network", "10.0.0.0/8", "Mode", "=<"},
			map[string]string{"domain": "q", "lan_ip": "s", "hubs": "10.0.0.0/8", "mode": "<"},
		},
		"help": {
			[]string{"Server name", "?", "The server's name and addresses.", "b.example.com", "LAN", "", "Hub network", "10.0.0.0/8", "Mode", "1"},
			map[string]string{"domain": "b.example.com", "lan_ip": "192.168.50.10", "hubs": "10.0.0.0/8", "mode": "router"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d, s, _, _ := fakeDesk(nil)
			s.at = 3
			k := startTalk(t, d, never)
			k.dialog(tt.keys...)
			k.hear("Step 5 of 7.")
			k.says("q")
			k.finish()
			got := s.answers["addresses"].Fields
			for id, want := range tt.want {
				if got[id] != want {
					t.Errorf("%s is %q, want %q", id, got[id], want)
				}
			}
		})
	}
}

func TestPlainNotSaved(t *testing.T) {
	d, s, _, _ := fakeDesk(nil)
	s.fail = errors.New("no space left on device")
	k := startTalk(t, d, never)
	k.dialog("[1]: ", "1", "Not saved, but nothing is lost while this runs: no space left on device", "q")
	k.finish()

	d, s, _, _ = fakeDesk(nil)
	s.fail = &wizard.Problem{Say: "there is no earlier work"}
	k = startTalk(t, d, never)
	k.dialog("[1]: ", "1", "Not accepted: there is no earlier work", "2", "Step 2 of 7.", "q")
	k.finish()
	if s.answers["start"].Choice != "new" {
		t.Errorf("start is %q", s.answers["start"].Choice)
	}
}

func TestPlainFilesCannotBeWritten(t *testing.T) {
	d, s, _, f := fakeDesk(nil)
	s.at, f.full = 6, true
	k := startTalk(t, d, never)
	k.dialog("Choose 1 or 2.", "", "Could not be written to a file: ", "")
	k.dialog("Nothing to do on this firewall.", "<", "Instructions 1 of 3", "<", "Step 6 of 7", "q")
	if o := k.finish(); o.Lines[1] != "No files were written." {
		t.Errorf("files line %q", o.Lines[1])
	}
}

func TestPlainMask(t *testing.T) {
	d, s, _, f := fakeDesk(nil)
	s.at, d.mask = 3, true
	d.site = s.site
	k := startTalk(t, d, never)
	k.dialog("Server name ["+maskedName+"]: ", "q")
	k.finish()
	if strings.Contains(k.all.String(), "sops.example.com") {
		t.Errorf("the name is shown:\n%s", k.all.String())
	}
	if len(f.got) != 0 {
		t.Errorf("files %v", f.got)
	}
}

func TestPlainEnds(t *testing.T) {
	long := strings.Repeat("x", maxLine+1)
	tests := map[string]struct {
		in   io.Reader
		want string
	}{
		"empty input":           {strings.NewReader(""), "Step 1 of 7."},
		"end inside a line":     {strings.NewReader("2"), "Step 2 of 7."},
		"leave":                 {strings.NewReader("q\n"), "Step 1 of 7."},
		"read error":            {io.MultiReader(strings.NewReader("2\n"), iotest.ErrReader(errors.New("gone"))), "Step 2 of 7."},
		"one byte at a time":    {iotest.OneByteReader(strings.NewReader("2\r\n1\r\n")), "Step 3 of 7."},
		"too long a line":       {strings.NewReader(long + "\n2\n"), "That line is longer than 4096 characters. Type it again."},
		"too long without end":  {strings.NewReader(long + long), "That line is longer than 4096 characters. Type it again."},
		"the longest line":      {strings.NewReader(long[1:] + "\r\n"), `There is no choice "xxxx`},
		"binary":                {strings.NewReader("\x00\x1b[2J\xff\xfe\n"), "[2J"},
		"no such choice":        {strings.NewReader("7\n0\n-1\n"), `There is no choice "-1". Type a number from 1 to 3.`},
		"back at the beginning": {strings.NewReader("<\n"), "This is the first question."},
		"mask":                  {strings.NewReader("m\nm\n"), "Private data is shown from now on."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d, _, _, _ := fakeDesk(nil)
			var out bytes.Buffer
			o, err := plainRun(t.Context(), d, never, tt.in, &out)
			if err != nil || !o.Left || o.Exit != 0 || len(o.Lines) != 3 {
				t.Errorf("got %+v, %v", o, err)
			}
			if !strings.Contains(out.String(), tt.want) {
				t.Errorf("%q is not in\n%s", tt.want, out.String())
			}
			appendOnly(t, out.String())
		})
	}
}

func TestPlainSignal(t *testing.T) {
	d, _, _, _ := fakeDesk(nil)
	r, w := io.Pipe() // nobody ever types
	t.Cleanup(func() { _ = w.Close() })
	ctx, stop := context.WithCancel(t.Context())
	stop()
	o, err := plainRun(ctx, d, never, r, io.Discard)
	if err != nil || !o.Left || o.Exit != 130 {
		t.Errorf("got %+v, %v", o, err)
	}
}

// brokenPipe takes some bytes, then no more.
type brokenPipe struct{ left int }

func (b *brokenPipe) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}

func TestPlainOutputGone(t *testing.T) {
	for _, n := range []int{0, 300, 1000} {
		d, _, _, _ := fakeDesk(nil)
		o, err := plainRun(t.Context(), d, atOnce, strings.NewReader(strings.Repeat("\n", 50)), &brokenPipe{n})
		if !errors.Is(err, io.ErrClosedPipe) || o.Exit != 1 {
			t.Errorf("after %d bytes: got %+v, %v", n, o, err)
		}
	}
}

func TestPlainCausesComeFirst(t *testing.T) {
	d, s, b, _ := fakeDesk(nil)
	s.at = 5
	b.settle()
	b.causes = []wizard.CauseView{{
		Cause:   check.Cause{Code: "dns.silent", Explains: []string{"a", "b"}},
		Finding: wizard.Finding{Seen: "The name server 192.168.50.1 does not answer", Do: "allow UDP 53"},
	}}
	k := startTalk(t, d, never)
	first := k.hear("Table 1 of 4")
	if !strings.Contains(first, "First of all: The name server 192.168.50.1 does not answer. This explains 2 checks.\n  Do: allow UDP 53.\n") {
		t.Errorf("no cause in\n%s", first)
	}
	k.says("")
	if again := k.hear("Table 2 of 4"); strings.Contains(again, "First of all") {
		t.Error("the cause is read twice")
	}
	k.dialog("[3]: ", "a", "Row 3.2", "3.2", "Not needed. Microsoft 365 is not among your sources.", "1.1", "  tcp failed, 31 ms", "9.9", `There is no choice "9.9".`, "q")
	k.finish()
}

func FuzzPlain(f *testing.F) {
	f.Add([]byte("2\n1\n1 3\n\n\n10.0.0.0/8\n\nmikro\n\n3\n3\n3\n3\n1\n\n\n\n1\n2\n"), byte(0))
	f.Add([]byte("s\n1\n?\n<\nm\nq\n"), byte(0))
	f.Add([]byte("R\n1\n2\na\n1.1\n"), byte(5))
	f.Add([]byte("\x1b[2J\xff\n=q\n-\n"), byte(3))
	f.Fuzz(func(t *testing.T, in []byte, at byte) {
		d, s, _, _ := fakeDesk(nil)
		s.at = int(at) % len(s.qs)
		s.site.From = rules.FromServer
		var out bytes.Buffer
		o, err := plainRun(t.Context(), d, atOnce, bytes.NewReader(in), &out)
		if err != nil || len(o.Lines) != 3 || o.Left && o.Exit != 0 {
			t.Fatalf("got %+v, %v", o, err)
		}
		for _, r := range out.String() {
			if r != '\n' && unicode.IsControl(r) {
				t.Fatalf("%q in\n%s", r, out.String())
			}
		}
	})
}
