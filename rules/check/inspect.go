package check

import (
	"crypto/x509"
	"strings"
	"unicode"
)

// product is a firewall, proxy or virus scanner that opens and re-signs
// encrypted traffic.
type product struct {
	name string
	// words are what its authority calls itself in the issuer's name, in lower
	// case: whole words, in this order. No public authority has them.
	words []string
	// source is where the vendor says so. It is empty where only the vendor's
	// name is known, which products put into the authority they make at setup.
	source string
}

// products are those known to re-sign, the longer words first.
var products = [...]product{
	{"Fortinet FortiGate", []string{"fortinet", "fortigate", "fortisase", "fortiproxy"}, "https://docs.fortinet.com/document/fortigate/7.0.1/administration-guide/505842/certificate-inspection"},
	{"Zscaler", []string{"zscaler"}, "https://help.zscaler.com/unified/choosing-ca-certificate-ssl-inspection"},
	{"Sophos Firewall", []string{"sophos", "securityappliance ssl ca"}, "https://docs.sophos.com/nsg/sophos-firewall/20.0/help/en-us/webhelp/onlinehelp/AdministratorHelp/Certificates/CertificateAuthorities/index.html"},
	{"SonicWall", []string{"sonicwall"}, "http://help.sonicwall.com/help/sw/eng/9320/26/2/4/content/DPI_Client_SSL.092.2.html"},
	{"Cisco Umbrella", []string{"cisco umbrella", "opendns"}, "https://nic.teamdynamix.com/TDClient/2965/ITPortal/KB/ArticleDet?ID=137356"},
	{"Symantec Web Security Service", []string{"symantec web security", "blue coat", "bluecoat"}, "https://techdocs.broadcom.com/us/en/symantec-security-software/web-and-network-security/web-security-service/help/ssl-certs-policies/ssl_certs.html"},
	{"Forcepoint", []string{"forcepoint", "websense", "stonesoft"}, "https://help.stonesoft.com/onlinehelp/StoneGate/SMC/6.5.0/GUID-F9AA7EC2-855E-446F-9032-20D89C12E93D.html"},
	{"Palo Alto Networks", []string{"palo alto", "paloalto"}, ""},
	{"Netskope", []string{"netskope", "goskope"}, ""},
	{"Check Point", []string{"check point", "checkpoint"}, ""},
	{"Barracuda", []string{"barracuda"}, ""},
	{"WatchGuard", []string{"watchguard", "fireware"}, ""},
	{"Untangle", []string{"untangle", "arista edge threat"}, ""},
	{"pfSense", []string{"pfsense"}, ""},
	{"OPNsense", []string{"opnsense"}, ""},
	{"Smoothwall", []string{"smoothwall"}, ""},
	{"Securly", []string{"securly"}, ""},
	{"Lightspeed", []string{"lightspeed"}, ""},
	{"iboss", []string{"iboss"}, ""},
	{"Skyhigh Web Gateway", []string{"mcafee web gateway", "skyhigh"}, ""},
	{"Trend Micro", []string{"trend micro", "trendmicro"}, ""},
	{"Cato Networks", []string{"cato networks"}, ""},
	{"Cloudflare Gateway", []string{"gateway ca cloudflare", "cloudflare for teams"}, ""},
	{"Menlo Security", []string{"menlo security"}, ""},
	{"dope.security", []string{"dope security"}, ""},
	{"Kerio Control", []string{"kerio", "gfi software"}, ""},
	{"Clavister", []string{"clavister"}, ""},
	{"Stormshield", []string{"stormshield", "netasq"}, ""},
	{"Securepoint", []string{"securepoint"}, ""},
	{"Hillstone", []string{"hillstone"}, ""},
	{"Sangfor", []string{"sangfor"}, ""},
	{"Kaspersky", []string{"kaspersky"}, ""},
	{"ESET", []string{"eset ssl"}, ""},
	{"Avast", []string{"avast"}, ""},
	{"AVG", []string{"avg web"}, ""},
	{"Bitdefender", []string{"bitdefender"}, ""},
	{"AdGuard", []string{"adguard"}, ""},
	{"Squid", []string{"squid"}, ""},
	{"mitmproxy", []string{"mitmproxy"}, ""},
	{"Charles", []string{"charles proxy"}, ""},
	{"Fiddler", []string{"fiddler", "do not trust fiddlerroot", "fiddlerroot"}, ""},
	{"Burp", []string{"portswigger"}, ""},
}

// inspector is the product that re-signed the chain, empty if none is known. A
// device that only answers with its own page does not name the host asked
// for, so the first certificate must.
func inspector(chain []*x509.Certificate, host string) string {
	if len(chain) == 0 || chain[0].VerifyHostname(host) != nil {
		return ""
	}
	for _, c := range chain {
		name := plainWords(issuer(c) + " " + strings.Join(c.Issuer.OrganizationalUnit, " "))
		for _, p := range products {
			for _, w := range p.words {
				if strings.Contains(name, " "+w+" ") {
					return p.name
				}
			}
		}
	}
	return ""
}

// plainWords is s in lower case, its words parted by single spaces and with
// one at either end.
func plainWords(s string) string {
	f := strings.FieldsFunc(strings.ToLower(s[:min(len(s), 4096)]), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	return " " + strings.Join(f, " ") + " "
}
