package tui

import (
	"github.com/syncsign/sops-firewall/rules/router"
	"github.com/syncsign/sops-firewall/wizard"
)

// frontGuides are the guides of two devices in one path.
func frontGuides(bool) []wizard.SideGuide {
	own := fakeGuides(false)[0]
	own.Lead = "The provider box in front has a guide of its own: both are needed."
	box := wizard.SideGuide{
		Side: router.SideSite, Front: true, Title: "Provider box in front",
		Lead: `Here "the server" means your own router: 192.168.2.2, and the MAC address of its Internet port. Test from outside when both guides are done.`,
		Guide: router.Guide{
			Router: "speedport", Name: "Telekom Speedport", Side: router.SideSite, Proof: router.ProofDocs,
			Blocks: []router.Block{
				{Part: router.Prepare, Kind: router.Steps, Text: "1. Open `http://speedport.ip` and sign in."},
				{Part: router.Apply, Kind: router.Steps, Text: "1. Open **Internet > Portfreischaltungen**.\n1. Port `443` to `192.168.2.2`. Click **Speichern**."},
			},
		},
	}
	return []wizard.SideGuide{box, own}
}
