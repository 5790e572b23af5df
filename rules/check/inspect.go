package check

import (
	"crypto/x509"
	"strings"
)

// inspectors are words in the issuer's name by which products that open and
// re-sign encrypted traffic introduce themselves. A public authority has none
// of them in its name.
var inspectors = [...]string{
	"fortinet", "fortigate", "zscaler", "palo alto", "sophos", "netskope", "blue coat", "bluecoat", "cisco umbrella",
	"check point", "checkpoint", "barracuda", "watchguard", "sonicwall", "forcepoint", "websense", "untangle",
	"pfsense", "opnsense", "squid", "mitmproxy", "smoothwall", "securly", "lightspeed", "iboss", "mcafee web gateway",
	"skyhigh", "trend micro", "kaspersky", "eset ssl", "avast", "avg web", "bitdefender", "adguard", "cato networks",
	"dope.security", "menlo security", "gfi software", "kerio", "endian", "clavister", "stormshield", "lancom",
	"securepoint", "hillstone", "sangfor", "zyxel", "draytek", "ubiquiti", "unifi", "charles proxy", "fiddler", "burp",
}

// inspector is the word by which somebody in between is known, empty if none is.
func inspector(chain []*x509.Certificate) string {
	for _, c := range chain {
		name := strings.ToLower(issuer(c) + " " + strings.Join(c.Issuer.OrganizationalUnit, " "))
		for _, w := range inspectors {
			if strings.Contains(name, w) {
				return w
			}
		}
	}
	return ""
}
