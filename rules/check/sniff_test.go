package check

import "testing"

func TestSpoken(t *testing.T) {
	for in, want := range map[string]string{
		"":                                    "",
		"H":                                   "",
		"HTTP/1.1 400 Bad Request\r\n":        "http",
		"<!DOCTYPE html>":                     "http",
		"<html><body>":                        "http",
		"SSH-2.0-OpenSSH_9.6\r\n":             "ssh",
		"\x15\x03\x01\x00\x02\x02\x46":        "tls",
		"\x16\x03\x03\x00\x50\x02":            "tls",
		"\x20\x02\x00\x05":                    "mqtt",
		"  two spaces":                        "",
		"220 ProFTPD Server ready.\r\n":       "ftp",
		"220 mail.example.com ESMTP\r\n":      "smtp",
		"554 go away\r\n":                     "smtp",
		"* OK IMAP4rev1 ready\r\n":            "imap",
		"+OK POP3 ready\r\n":                  "pop3",
		"-ERR unknown command\r\n":            "redis",
		"RFB 003.008\n":                       "vnc",
		"AMQP\x00\x00\x09\x01":                "amqp",
		"\x03\x00\x00\x13\x0e\xd0\x00\x00":    "rdp",
		"\xff\xfd\x18\xff\xfd\x20":            "telnet",
		"\x1b[2J\x1b[31mall your screen":      "",
		"something nobody knows \xff\xfe\x00": "",
	} {
		if got := spoken([]byte(in)); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
