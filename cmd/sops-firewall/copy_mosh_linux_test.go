package main

import (
	"regexp"
	"testing"
)

var moshKey = regexp.MustCompile(`MOSH CONNECT (\d+) (\S+)`)

// TestCopyOverMosh: mosh hands on what fits into one of its own messages, which
// a part does.
func TestCopyOverMosh(t *testing.T) {
	l := newCopyLab(t, []string{"mosh-server", "mosh-client"})
	l.writeSite("juniper-srx")
	c := l.Command(l.ns, l.lookUp("mosh-server"), append([]string{"new", "-i", "127.0.0.1", "-p", "60001", "-c", "256", "--"}, l.command()...)...)
	c.Env = l.env(overSSH...)
	out, err := c.CombinedOutput()
	x := moshKey.FindSubmatch(out)
	if err != nil || x == nil {
		t.Fatalf("mosh-server: %v\n%s", err, out)
	}
	m := l.openedBy(80, 24, []string{"mosh-client", "127.0.0.1", string(x[1])}, "MOSH_KEY="+string(x[2]))
	m.key(tab)
	m.see("Juniper")
	m.key("2")
	m.see("[2 Enter]")
	m.key("C")
	want, got := l.parts["hubs apply"], ""
	for _, part := range []string{"part 1 of 3", "part 2 of 3", "part 3 of 3"} {
		m.see(`[sent] all of "Enter", `+part, "did it arrive?")
		got += m.copied()
		m.key("y")
	}
	m.see("This way is used from now on.")
	if got != want {
		t.Errorf("%d bytes arrived, want %d", len(got), len(want))
	}
	m.leave()
}
