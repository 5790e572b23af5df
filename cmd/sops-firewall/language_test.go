package main

import "testing"

// TestSpeak: --lang counts first, then the environment by the order of POSIX;
// what is no language of ours is English.
func TestSpeak(t *testing.T) {
	for name, tc := range map[string]struct {
		args []string
		env  map[string]string
		want string
	}{
		"nothing said":     {nil, map[string]string{"LANG": "C"}, "en"},
		"flag":             {[]string{"check", "--lang", "de"}, map[string]string{"LANG": "C"}, "de"},
		"flag, one word":   {[]string{"--lang=de", "check"}, nil, "de"},
		"flag over LC_ALL": {[]string{"--lang", "en"}, map[string]string{"LC_ALL": "de_DE.UTF-8"}, "en"},
		"last flag":        {[]string{"--lang", "de", "--lang", "en"}, nil, "en"},
		"not a flag":       {[]string{"routers", "--", "--lang", "de"}, map[string]string{"LANG": "C"}, "en"},
		"no value":         {[]string{"check", "--lang"}, map[string]string{"LANG": "C"}, "en"},
		"no language":      {[]string{"--lang", "xx"}, map[string]string{"LANG": "de_AT.UTF-8"}, "de"},
		"LC_ALL":           {nil, map[string]string{"LC_ALL": "C.UTF-8", "LANG": "de_DE.UTF-8"}, "en"},
		"LC_MESSAGES":      {nil, map[string]string{"LC_MESSAGES": "de_CH", "LANG": "C"}, "de"},
		"LANG":             {nil, map[string]string{"LANG": "de_DE.UTF-8"}, "de"},
		"unknown":          {nil, map[string]string{"LANG": "fr_FR.UTF-8"}, "en"},
	} {
		t.Run(name, func(t *testing.T) {
			if tc.want != "en" && len(languages()) == 1 {
				t.Skip("English alone is shipped")
			}
			a := &app{env: func(k string) string { return tc.env[k] }}
			a.lang.choose(tc.args)
			if got := a.speak(); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}
