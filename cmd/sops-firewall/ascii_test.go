package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestASCIIWriter(t *testing.T) {
	const text = "Größe „ä“ → 端口\n"
	for n := 1; n <= len(text); n++ { // letters are cut anywhere
		var out bytes.Buffer
		w := &asciiWriter{to: &out}
		for i := 0; i < len(text); i += n {
			part := text[i:min(i+n, len(text))]
			if k, err := io.WriteString(w, part); err != nil || k != len(part) {
				t.Fatalf("%d, %v", k, err)
			}
		}
		if got, want := out.String(), "Groesse \"ae\" -> ??\n"; got != want {
			t.Errorf("by %d bytes: %q, want %q", n, got, want)
		}
	}
	if _, err := io.WriteString(&asciiWriter{to: failing{}}, "x"); err == nil {
		t.Error("an error of the terminal is not passed on")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, iotest.ErrTimeout }

// TestSigns: --ascii counts first, then the locale; without a terminal the
// locale changes talk alone.
func TestSigns(t *testing.T) {
	for name, tc := range map[string]struct {
		args           []string
		locale, goos   string
		ascii, escaped bool
	}{
		"UTF-8":                 {nil, "de_DE.UTF-8", "linux", false, false},
		"C":                     {nil, "C", "linux", true, false},
		"none":                  {nil, "", "darwin", true, false},
		"console of Windows":    {nil, "", "windows", false, false},
		"asked for":             {[]string{"check", "--ascii"}, "de_DE.UTF-8", "linux", true, true},
		"asked for on Windows":  {[]string{"--ascii=true"}, "", "windows", true, true},
		"switched off":          {[]string{"--ascii=false"}, "C", "linux", false, false},
		"the last counts":       {[]string{"--ascii", "--ascii=0"}, "C", "linux", false, false},
		"behind the flags' end": {[]string{"routers", "--", "--ascii"}, "C.UTF-8", "linux", false, false},
		"a wrong value":         {[]string{"--ascii=x"}, "C.UTF-8", "linux", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			a := newApp(strings.NewReader(""), io.Discard, io.Discard)
			a.env = func(k string) string { return map[string]string{"LANG": tc.locale}[k] }
			a.signs(tc.args, tc.goos)
			if a.ascii != tc.ascii || a.escaped != tc.escaped {
				t.Errorf("ASCII %v, results too %v; want %v, %v", a.ascii, a.escaped, tc.ascii, tc.escaped)
			}
			if _, ok := a.spoken().(*asciiWriter); ok != tc.ascii {
				t.Errorf("the wizard writes ASCII: %v", ok)
			}
		})
	}
}

// TestPrintData: what programs read is the same when it is escaped.
func TestPrintData(t *testing.T) {
	const text = "„Größe“ 端口 \U0001f4e1"
	var out bytes.Buffer
	a := newApp(nil, &out, io.Discard)
	a.signs([]string{"--ascii"}, "linux")
	data, _ := json.Marshal(text)
	if err := a.printData(string(data), false); err != nil {
		t.Fatal(err)
	}
	var got string
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || got != text || !pureASCII(out.String()) {
		t.Errorf("%q as %q, %v", got, out.String(), err)
	}
	out.Reset()
	if err := a.printData("<a>"+text+"</a>", true); err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(out.Bytes(), &got); err != nil || got != text || !pureASCII(out.String()) {
		t.Errorf("%q as %q, %v", got, out.String(), err)
	}
}

func pureASCII(s string) bool { return strings.IndexFunc(s, func(r rune) bool { return r > 126 }) < 0 }

// TestASCIIEverywhere: with --ascii nothing else is printed, in no language.
func TestASCIIEverywhere(t *testing.T) {
	home := t.TempDir()
	for _, lang := range languages() {
		for _, args := range [][]string{
			{"--help"},
			{"check", "--help"},
			{"guide", "--help"},
			{"listen", "--help"},
			{"report", "--help"},
			{"rules", "--all"},
			{"rules", "--all", "--format", "md"},
			{"rules", "--all", "--format", "json"},
			{"routers"},
			{"routers", "--format", "json"},
			{"nonsense"},
			{"--nonsense"},
			{"check", "--site", home + "/none.yaml"},
			{"guide", "--router", "fritzbox", "--side", "site"},
			{"guide", "--router", "speedport", "--side", "site", "--format", "json"},
			{"guide", "--router", "xiaomi", "--side", "site", "--format", "md"},
		} {
			var out, errw bytes.Buffer
			run(append([]string{"--ascii", "--lang", lang, "--no-look"}, args...), strings.NewReader(""), &out, &errw)
			if out.Len()+errw.Len() == 0 {
				t.Errorf("%s %v: nothing", lang, args)
			}
			for _, s := range []string{out.String(), errw.String()} {
				if !pureASCII(s) {
					i := strings.IndexFunc(s, func(r rune) bool { return r > 126 })
					t.Errorf("%s %v: %q", lang, args, s[max(0, i-40):min(len(s), i+40)])
				}
			}
		}
	}
}
