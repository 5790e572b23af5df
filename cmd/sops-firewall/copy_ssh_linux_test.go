package main

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// spies stand for every clipboard tool and tell when they are used.
func (l *copyLab) spies(names ...string) (used string) {
	used = filepath.Join(l.Dir, "used")
	for _, name := range names {
		file := l.File(filepath.Join(l.path, name), "#!/bin/sh\necho \"$0\" >>"+used+"\nexec /bin/cat >/dev/null\n")
		if err := os.Chmod(file, 0o755); err != nil {
			l.T.Fatal(err)
		}
	}
	return used
}

// TestCopyOverSSH: the text goes to the user's terminal, never into the
// clipboard of the server, whatever tools and displays it has.
func TestCopyOverSSH(t *testing.T) {
	l := newCopyLab(t, nil)
	used := l.spies("xclip", "xsel", "wl-copy", "clip.exe", "termux-clipboard-set", "pbcopy")
	m := l.opened(80, 24, append(overSSH, "DISPLAY=:0", "WAYLAND_DISPLAY=wayland-0")...)
	l.copyAllSorts(m, "[sent]", theTerminal)
	m.leave()
	if names, err := os.ReadFile(used); err == nil {
		t.Errorf("tools of the server were used: %s", names)
	}
	if strings.Contains(m.screen(), "[copied]") {
		t.Error("nobody confirmed that it was copied")
	}
}

// TestCopyInParts: a text that one line cannot carry goes in parts, the next
// when the user says that the last arrived; the file has all of it.
func TestCopyInParts(t *testing.T) {
	l := newCopyLab(t, nil)
	l.writeSite("juniper-srx")
	want := l.parts["hubs apply"]
	m := l.opened(80, 24, overSSH...)
	m.key(tab)
	m.see("Juniper")
	m.key("2")
	m.see("[2 Enter]")
	m.key("C")
	var got strings.Builder
	for _, part := range []string{"part 1 of 3", "part 2 of 3", "part 3 of 3"} {
		m.see(`[sent] all of "Enter", `+part, "did it arrive?")
		got.WriteString(m.copied())
		m.key("y")
	}
	m.see("This way is used from now on.")
	if got.String() != want {
		t.Errorf("the parts are %d bytes, want %d", got.Len(), len(want))
	}
	for _, x := range osc52.FindAllSubmatch(m.line(), -1) {
		if text, err := base64.StdEncoding.DecodeString(string(x[1])); err != nil || len(text) > 12000 || len(x[1]) > 16268 {
			t.Errorf("a part of %d bytes, %d on the line: %v", len(text), len(x[1]), err)
		}
	}
	m.leave()
	file, err := filepath.Glob(filepath.Join(l.Dir, "guide-hubs-juniper-srx.md"))
	if err != nil || len(file) != 1 {
		t.Fatalf("the file beside the copy: %v, %v", file, err)
	}
	if data, err := os.ReadFile(file[0]); err != nil || !strings.Contains(string(data), strings.TrimRight(want, "\n")) {
		t.Errorf("the file lacks the commands: %v", err)
	}
}

// TestCopyOnAPage: where nothing arrives the text stands on a plain page outside
// the alternate screen, whole lines whatever the window's width; p shows it too.
func TestCopyOnAPage(t *testing.T) {
	const prompt = "\n\nSelect the text"
	l := newCopyLab(t, nil)
	m := l.opened(80, 24, overSSH...)
	m.key(tab)
	m.see("MikroTik")
	m.key("2")
	m.see("[2 Enter]", "SOPS hub network")
	page := func(key, want string) {
		t.Helper()
		from := len(m.line())
		m.key(key)
		until(func() string { // an earlier page may stand there still
			_, page, _ := strings.Cut(strings.ReplaceAll(string(m.line()[from:]), "\r\n", "\n"), want)
			return page[:min(len(page), len(prompt))]
		})(m, prompt)
		if m.em.IsAltScreen() {
			t.Error("the page is on the alternate screen")
		}
		m.key(enter)
		m.see("7/7", "MikroTik")
		if !m.em.IsAltScreen() {
			t.Error("the alternate screen does not come back")
		}
	}
	page("p", "\n"+l.parts["hubs apply"])
	m.key("\x1b[Bxc")
	m.see("[sent] line 2", "did it arrive?")
	page("n", "\n"+strings.SplitAfter(l.parts["hubs apply"], "\n")[1])
	m.leave()
}
