package quote

// asa is the console of Cisco's firewalls. As on the routers there are no
// quotes: only plain words can be written.
type asa struct{}

func (asa) Quote(s string) (string, error) {
	if !plainWord(s, "._:/-") {
		return "", &Error{"asa", s, "only one word of letters, digits and ._:/- can be written there"}
	}
	return s, nil
}
