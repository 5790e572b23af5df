package quote

// ios is the console of Cisco's routers. It has no quotes: blanks part words,
// and a question mark asks for help. So only plain words can be written.
type ios struct{}

func (ios) Quote(s string) (string, error) {
	if !plainWord(s, "._:/-") {
		return "", &Error{"ios", s, "only one word of letters, digits and ._:/- can be written there"}
	}
	return s, nil
}
