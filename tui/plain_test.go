package tui

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/check"
	"github.com/syncsign/sops-firewall/wizard"
)

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
		"Step 5 of 7. Which router is it?", "/mikro",
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
	)
	k.hear("Checking everything. 9 under way.")
	k.dialog(
		"Not done: something is still closed. 8 ok, 1 failed, 2 waiting.", "2",
		"Written to /home/user/sops/report-acme-office.md", "3",
		"Support code: H4TQ-9M2K-71AC.", "4",
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
		"a word":                {"? nat", "NAT: The router puts its own public address"},
		"no such word":          {"? florp", "There is no explanation of florp."},
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
			[]string{"Server name", "", "LAN", "", "Hub network", "-", "This is needed (such as 192.168.60.0/24).", "10.0.0.0/8", "Mode", "-"},
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
	k.dialog("Nothing to do on this firewall: what has to pass is open already.", "<", "Instructions 1 of 3", "<", "Step 6 of 7", "q")
	if o := k.finish(); o.Lines[1] != "No files were written." {
		t.Errorf("files line %q", o.Lines[1])
	}
}

func TestPlainMask(t *testing.T) {
	d, s, _, f := fakeDesk(nil)
	s.at, d.mask = 3, true
	d.site = s.site
	k := startTalk(t, d, never)
	k.dialog("Server name [name-1.example]: ", "q")
	k.finish()
	if strings.Contains(k.all.String(), "sops.example.com") {
		t.Errorf("the name is shown:\n%s", k.all.String())
	}
	if len(f.got) != 0 {
		t.Errorf("files %v", f.got)
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
	if !strings.Contains(first, "First of all: The name server 192.168.50.1 does not answer. This explains 2 checks.\n  Do: allow UDP 53\n") {
		t.Errorf("no cause in\n%s", first)
	}
	k.says("")
	if again := k.hear("Table 2 of 4"); strings.Contains(again, "First of all") {
		t.Error("the cause is read twice")
	}
	k.dialog("[3]: ", "a", "Row 3.2", "3.2", "It is left out: Microsoft 365 is not among your sources.", "1.1", "  tcp failed, 31 ms", "9.9", `There is no choice "9.9".`, "q")
	k.finish()
}
