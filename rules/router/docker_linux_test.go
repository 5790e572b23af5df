package router_test

import (
	"testing"

	"github.com/syncsign/sops-firewall/rules/router"
)

// dockerRules are the rules that Docker keeps for a published port, as far as
// they decide who comes in: IPv4 is rewritten before INPUT and forwarded, IPv6
// ends in docker-proxy, a program on the host. INPUT lets in SSH alone.
const dockerRules = `table ip nat {
	chain PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
		fib daddr type local tcp dport { 80, 443, 1883, 8443, 8883, 8888 } dnat to 172.18.0.2
	}
	chain POSTROUTING {
		type nat hook postrouting priority srcnat; policy accept;
		ip saddr 172.18.0.0/16 oifname != "docker0" masquerade
	}
}
table ip filter {
	chain INPUT {
		type filter hook input priority filter; policy drop;
		ct state established,related accept
		tcp dport 22 accept
	}
	chain FORWARD {
		type filter hook forward priority filter; policy drop;
		ct state established,related accept
		oifname "docker0" ip daddr 172.18.0.2 accept
		iifname "docker0" oifname != "docker0" accept
	}
}
`

// systemctl of the lab runs what the unit file says.
const systemctl = `unit="/etc/systemd/system/$3.service"
case "$*" in
"enable --now "*) $(sed -n 's/^ExecStart=//p' "$unit") ;;
"disable --now "*) [ ! -e "$unit" ] || $(sed -n 's/^ExecStop=//p' "$unit") ;;
"is-enabled "*) echo enabled ;;
esac`

const dockerFiles = "/etc/sops /etc/sops/docker.nft /etc/systemd/system/sops-docker.service"

func newDockerLab(t *testing.T) *hostLab {
	t.Helper()
	l := newHostLab(t)
	container := l.Space("container")
	l.Forwards(l.host)
	l.IP(l.host, "link add docker0 type veth peer name eth0 netns "+container+"\naddr add 172.18.0.1/16 dev docker0\nlink set docker0 up")
	l.IP(container, "addr add 172.18.0.2/16 dev eth0\nlink set eth0 up\nroute add default via 172.18.0.1")
	l.NFT(l.host, dockerRules)
	l.program("systemctl", systemctl)
	l.program("docker", "echo '0.0.0.0:8883->8883/tcp, [::]:8883->8883/tcp'")
	l.listen(container, hostPorts)
	l.listen(l.host, hostPorts)
	l.listen(l.outside, "443")
	return l
}

func dockerGuide(t *testing.T, inputs map[string]string) map[router.Part]string {
	t.Helper()
	return codeOf(t, "docker-host", router.Request{Side: router.SideHost, Site: webSite(), Inputs: inputs, Wants: inboundWants()})
}

// TestDockerOffices: what is open to all is open to the offices alone, and open
// to all again after undo.
func TestDockerOffices(t *testing.T) {
	l := newDockerLab(t)
	all := allOpen + " 9999/6"
	before, kept := l.tables(), l.files(dockerFiles)
	l.wantOpen("before the guide", all)

	stranger := dockerGuide(t, map[string]string{"office": "10.77.0.9/32"})
	l.sh(stranger[router.Apply])
	l.wantOpen("for a stranger", "22/4 22/6 9999/6")
	shows(t, l.sh(stranger[router.Verify]), "ip saddr 10.77.0.9 accept", `drop comment "SOPS in 80 443 not an office"`, "enabled")

	four := dockerGuide(t, map[string]string{"office": "10.77.0.9/32", "office2": "10.77.0.0/24"})
	l.sh(four[router.Apply])
	l.wantOpen("for an office on IPv4", "22/4 22/6 80/4 443/4 1883/4 8443/4 8883/4 8888/4 9999/6")

	six := dockerGuide(t, map[string]string{"office": "10.77.0.0/24", "office6": "fd77::/64"})
	l.sh(six[router.Apply])
	l.wantOpen("for an office on IPv6 too", all)
	once := l.tables()
	l.sh(six[router.Apply])
	same(t, "a second paste", l.tables(), once)
	l.sh("nft delete table inet sops_docker; systemctl enable --now sops-docker")
	same(t, "after a restart", l.tables(), once)

	for _, time := range []string{"first", "second"} {
		l.sh(six[router.Undo])
		same(t, "after the "+time+" undo", l.tables(), before)
		same(t, "files after the "+time+" undo", l.files(dockerFiles), kept)
	}
	l.wantOpen("after undo", all)
}

// TestDockerOpen: with no office given there is nothing to paste.
func TestDockerOpen(t *testing.T) {
	g := render(t, "docker-host", router.Request{Side: router.SideHost, Site: webSite(), Wants: inboundWants(), Lang: "en"})
	for _, b := range g.Blocks {
		if b.Part == router.Apply && b.Kind == router.Code {
			t.Errorf("something to paste:\n%s", b.Text)
		}
	}
	inOrder(t, text(g, router.Apply), "Usually nothing is to be entered for IPv4", "IPv6", "`8443, 8883`", "`80, 443`")
}
