package tui

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"sync"
	"time"

	"github.com/syncsign/sops-firewall/rules/router"
	"github.com/syncsign/sops-firewall/wizard"
)

// fakeGuides are the instructions of three firewalls.
func fakeGuides(missing bool) []wizard.SideGuide {
	paste := "/ip firewall nat\nadd chain=dstnat action=dst-nat to-addresses=192.168.50.10 to-ports=443 protocol=tcp in-interface-list=WAN dst-port=443 comment=\"SOPS in-api\"\nadd chain=dstnat action=dst-nat to-addresses=192.168.50.10 to-ports=80 protocol=tcp in-interface-list=WAN dst-port=80"
	steps := "**Internet** > **Permit Access** > **Port Sharing**\n\n1. **Add device for sharing**; device: `sops-1` (192.168.50.10)\n2. **New sharing**; **Port sharing**; application: **Other**\n   Name `SOPS443`   Protocol TCP   Port `443` to `443`   External `443`\n3. **OK**, **OK**, then **Apply**. Without Apply everything is lost."
	g := []wizard.SideGuide{
		{Side: router.SideSite, Title: "Router of this office", Guide: router.Guide{
			Router: "fritzbox", Name: "FRITZ!Box", Side: router.SideSite, Proof: router.ProofDocs, Source: "https://example.com/fritz",
			Blocks: []router.Block{
				{Part: router.Prepare, Kind: router.Steps, Text: "1. Open `http://192.168.50.1` and sign in."},
				{Part: router.Apply, Kind: router.Steps, Text: steps},
				{Part: router.Verify, Kind: router.Steps, Text: "1. The list shows `SOPS443` with a green dot."},
				{Part: router.Undo, Kind: router.Steps, Text: "1. Delete `SOPS443`."},
			},
			Gaps: []router.Gap{{Code: "5.1", Say: "this router cannot limit who may come in."}},
		}},
		{Side: router.SideHost, Title: "The server itself", Notes: []string{"Rows that nobody could prove open are in here too."}, Guide: router.Guide{
			Router: "mikrotik", Name: "MikroTik RouterOS", Side: router.SideHost, Proof: router.ProofParser,
			Blocks: []router.Block{{Part: router.Apply, Kind: router.Code, Text: paste}, {Part: router.Undo, Kind: router.Code, Text: "/ip firewall nat remove [find comment=\"SOPS in-api\"]"}},
		}},
		{Side: router.SideHubs, Title: "Router of the hubs", Err: errors.New("the router is not known")},
	}
	if missing {
		g[1].Guide = router.Guide{Router: "mikrotik", Name: "MikroTik RouterOS", Side: router.SideHost, Nothing: true}
		g[1].Notes, g[1].Why = nil, wizard.NothingOpen
		g[1].Idle = "Nothing to do on this firewall: what has to pass is open already."
	}
	return g
}

// fakeFiles keeps what is written.
type fakeFiles struct {
	mu   sync.Mutex
	got  map[string]string
	full bool
}

func (f *fakeFiles) Write(name string, data []byte) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.full {
		return "", &fs.PathError{Op: "write", Path: name, Err: errors.New("no space left on device")}
	}
	f.got[name] = string(data)
	return filepath.Join("/home/user/sops", name), nil
}

// fakeDesk is a desk on fakes; every copy goes to the given rungs.
func fakeDesk(env map[string]string) (*desk, *fakeSession, *fakeBoard, *fakeFiles) {
	s, b, f := newFakeSession(), newFakeBoard(), &fakeFiles{got: map[string]string{}}
	get := func(k string) string { return env[k] }
	b.code = "H4TQ-9M2K-71AC"
	c := newCopier(get)
	c.system = func(context.Context, string) error { return nil }
	c.run = func(context.Context, string, string, ...string) error { return nil }
	return &desk{
		words: realWords(), listens: fakeListening,
		session: s, board: b, guides: fakeGuides, report: func() []byte { return []byte("# Report\n") },
		files: f, env: get, now: func() time.Time { return noon }, copier: c,
	}, s, b, f
}
