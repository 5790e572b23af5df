package rules

// The reasons Applies gives: keys of the section "because" in the words.
//
// A row that applies only with some source gives "source-<kind>" when one of
// them is chosen (the first one, in the row's order) and "no-source-<kind>"
// when none is (the row's first source).
const (
	BecauseAlways          = "always"               // in every site, from the manual
	BecauseOurs            = "always-ours"          // in every site, added by this program
	BecauseInternet        = "case-internet"        // the server is on the Internet
	BecauseLAN             = "case-lan"             // everything is in one LAN or VPN
	BecauseNoInbound       = "case-lan-no-inbound"  // not needed: hubs reach the server inside the LAN
	BecauseHubsInside      = "case-lan-hubs-inside" // not needed: hubs do not cross the Internet
	BecauseOnlyInternet    = "only-case-internet"   // not needed: any other row of case internet
	BecauseOnlyLAN         = "only-case-lan"        // not needed: a row of case lan
	BecauseCaseOpen        = "case-not-chosen"      // nobody knows yet: the case was not answered
	BecauseNotifies        = "source-notifies"      // a chosen source sends change notifications
	BecauseNothingNotifies = "no-source-notifies"   // not needed: no chosen source sends notifications
	becauseSource          = "source-"              // + kind
	becauseNoSource        = "no-source-"           // + kind
)

// BecauseSource is the reason of a row that applies since the source is chosen.
func BecauseSource(s Source) string { return becauseSource + string(s) }

// BecauseNoSource is the reason of a row that does not apply since the source is not chosen.
func BecauseNoSource(s Source) string { return becauseNoSource + string(s) }

// BecauseKeys are all reasons there can be, for the words' own test.
func BecauseKeys() []string {
	keys := []string{
		BecauseAlways, BecauseOurs, BecauseInternet, BecauseLAN, BecauseNoInbound, BecauseHubsInside,
		BecauseOnlyInternet, BecauseOnlyLAN, BecauseCaseOpen, BecauseNotifies, BecauseNothingNotifies,
	}
	for _, s := range AllSources() {
		keys = append(keys, BecauseSource(s), BecauseNoSource(s))
	}
	return keys
}
