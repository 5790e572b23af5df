package tui

import "testing"

func TestFetchLine(t *testing.T) {
	tests := map[string]struct{ conn, path, want string }{
		"plain":     {"192.0.2.1 5 192.0.2.2 22", "/home/pi/a.md", "scp pi@192.0.2.2:/home/pi/a.md ."},
		"port, v6":  {"2001:db8::1 5 2001:db8::2 2222", "/a b.md", "scp -P 2222 'pi@[2001:db8::2]:/a b.md' ."},
		"quote":     {"192.0.2.1 5 192.0.2.2 22", "/it's", `scp 'pi@192.0.2.2:/it'\''s' .`},
		"not a ssh": {"", "/a", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{"SSH_CONNECTION": tt.conn, "USER": "pi"}
			if got := fetchLine(func(k string) string { return env[k] }, tt.path); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
