package check

var statusNames = [...]string{"unproven", "pass", "note", "fail", "waiting", "skipped", "not-needed", "running"}

// String is the word used in JSON.
func (s Status) String() string {
	if s < 0 || int(s) >= len(statusNames) {
		return "unproven"
	}
	return statusNames[s]
}
