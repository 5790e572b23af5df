package gateway

import (
	"testing"

	"github.com/syncsign/sops-firewall/assets"
)

// table is the shipped one.
func table(t testing.TB) *Table {
	t.Helper()
	tab, err := Load(assets.FS)
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

// TestMarks: every mark of the shipped table is found where it stands, and the
// one above it does not hide it.
func TestMarks(t *testing.T) {
	tab := table(t)
	for _, m := range tab.marks {
		text := m.Has
		if m.Starts != "" {
			text = m.Starts + " 1"
		}
		var s Signs
		switch m.Where {
		case InModel:
			s.Model = text
		case InMaker:
			s.Maker = text
		case InSubject:
			s.Subject = text
		case InTitle:
			s.Title = text
		case InRealm:
			s.Realm = text
		case InServer:
			s.Server = text
		case InUPnP:
			s.UPnP = text
		case InSSH:
			s.SSH = text
		case InName:
			s.Name = text
		case InPage:
			s.Page = text
		default:
			t.Errorf("%+v stands at an unknown place", m)
		}
		if g := tab.Guess(s); g.Router != m.Router || g.Where != m.Where {
			t.Errorf("%+v: the guess is %+v", m, g)
		}
	}
}

func TestGuess(t *testing.T) {
	tab := table(t)
	for name, c := range map[string]struct {
		signs Signs
		want  string
		where Where
	}{
		"nothing":                           {Signs{}, "", ""},
		"a whole FRITZ!Box":                 {Signs{Model: "FRITZ!Box 7590", Title: "LuCI"}, "fritzbox", InModel},
		"a page that leads to LuCI":         {Signs{Page: `<meta http-equiv="refresh" content="0; URL=cgi-bin/luci/" />`}, "openwrt", InPage},
		"TP-Link's page with LuCI's paths":  {Signs{Page: "<script>var u='/cgi-bin/luci/;stok=/login'"}, "", ""},
		"title in another case":             {Signs{Title: "Login | OPNSENSE"}, "opnsense", InTitle},
		"an OpenSSH that could be anything": {Signs{SSH: "SSH-2.0-OpenSSH_9.6"}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if g := tab.Guess(c.signs); g.Router != c.want || g.Where != c.where {
				t.Errorf("got %+v, want %q by %q", g, c.want, c.where)
			}
		})
	}
}
