package tui

import (
	"regexp"
	"strings"
)

// bareWord is what no shell takes apart, that of Windows included, which knows
// no single quotes.
var bareWord = regexp.MustCompile(`^[A-Za-z0-9@:._/-]+$`)

// fetch is the command that brings a file to the user's own computer, and a
// sentence before it; with masks on the sentence alone, as it has no use then.
func (d *desk) fetch(path string) (say, line string) {
	line = fetchLine(d.env, path)
	switch {
	case line == "":
		return "", ""
	case d.mask:
		return d.t("screens.fetch-masked"), ""
	}
	return d.t("screens.fetch"), line
}

// fetchLine is the command that brings a file to the user's own computer; empty
// when the terminal is not at the other end of an SSH line.
func fetchLine(env func(string) string, path string) string {
	conn := strings.Fields(env("SSH_CONNECTION"))
	if len(conn) < 4 {
		return ""
	}
	user, host, port := firstOf(env("USER"), env("LOGNAME"), "root"), conn[2], conn[3]
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	line := "scp "
	if port != "22" {
		line += "-P " + port + " "
	}
	from := user + "@" + host + ":" + path
	if !bareWord.MatchString(from) {
		from = "'" + strings.ReplaceAll(from, "'", `'\''`) + "'"
	}
	return line + from + " ."
}
