package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/syncsign/sops-firewall/rules/check/wire/netlab"
	"github.com/syncsign/sops-firewall/wizard"
)

// The benchmarks measure on a line of 40 ms round trip. They print tables:
//
//	SOPS_LAB=must go test ./cmd/sops-firewall -run '^$' -bench . -benchtime 1x -v
//
// Peers are built from their modules into SOPS_PEERS, or a folder of the run;
// one that cannot be had is named as missing.
var peers = map[string]struct{ module, version, program string }{
	"blackbox_exporter": {"github.com/prometheus/blackbox_exporter", "v0.27.0", ""},
	"goss":              {"github.com/goss-org/goss", "v0.4.9", "/cmd/goss"},
	"naabu":             {"github.com/projectdiscovery/naabu/v2", "v2.3.4", "/cmd/naabu"}, // needs a C compiler and libpcap's headers
}

// track is where the benchmarks run: a computer, and far away many web servers
// and a name server that knows them.
type track struct {
	*netlab.Net

	near, far, bin, floor, ca string
}

func newTrack(b *testing.B, names int) track {
	n := netlab.New(b, "nft", "dnsmasq", "nginx")
	k := track{Net: n, near: n.Space("near"), far: n.Space("far"), bin: n.Dir + "/sops-firewall", floor: n.Dir + "/floor"}
	n.Must("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", k.bin, ".")
	n.Must("go", "build", "-o", k.floor, "./testdata/floor")
	n.Line(k.near, "eth0", k.far, "eth0", roundTrip/2)
	n.IP(k.near, "addr add 203.0.113.2/24 dev eth0\nlink set eth0 up\nroute add default via 203.0.113.1")
	n.IP(k.far, "addr add 203.0.113.1/24 dev eth0\nlink set eth0 up")
	n.Resolver(k.near, "203.0.113.1")
	var dns, addrs strings.Builder
	dns.WriteString("no-resolv\nno-hosts\nlocal=/#/\ncache-size=0\nuser=root\npid-file=\n")
	for i := range names {
		_, _ = fmt.Fprintf(&dns, "host-record=%s,%s\n", name(i), address(i))
		if i < hosts {
			addrs.WriteString("addr add " + address(i) + "/32 dev lo\n")
		}
	}
	n.IP(k.far, addrs.String())
	certs := newLabCerts(n, []string{"*.bench.example"})
	k.ca = certs.authority
	n.Daemon(k.far, "dnsmasq", "-k", "-C", n.File("dns.conf", dns.String()))
	n.Daemon(k.far, "nginx", "-c", nginx(n, "web", certs.good, "443"))
	n.Await(k.far, "53/udp", "443/tcp")
	return k
}

// hosts is how many addresses the names share.
const hosts = 250

func name(i int) string    { return fmt.Sprintf("e%d.bench.example", i) }
func address(i int) string { return fmt.Sprintf("198.51.100.%d", i%hosts+1) }

// silent makes the first so many endpoints silent.
func (k track) silent(n int) {
	rules := "add table inet lab\ndelete table inet lab\nadd table inet lab\nadd chain inet lab in { type filter hook input priority 0; }\n"
	for i := range n {
		rules += "add rule inet lab in ip daddr " + address(i) + " tcp dport 443 drop\n"
	}
	k.NFT(k.far, rules)
}

// runTime ends a run that does not end.
const runTime = time.Minute

// figures are what one run took.
type figures struct {
	took    time.Duration
	well    int // endpoints found well
	sockets int // open at once, at most
	opens   int // TCP connections tried
	rss     int // KiB
}

// measure runs a program near and reads how many endpoints it found well.
func (k track) measure(well func(out string) int, prog string, args ...string) figures {
	k.T.Helper()
	var f figures
	cmd := k.Command(k.near, prog, args...)
	cmd.Env = append(os.Environ(), "SSL_CERT_FILE="+k.ca, "SSL_CERT_DIR=/nowhere", "LC_ALL=C", "HOME="+k.Dir, "XDG_STATE_HOME="+k.Dir)
	var out, errw bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errw
	before := k.tcpOpens()
	start := time.Now()
	if err := cmd.Start(); err != nil {
		k.T.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = cmd.Wait() // the exit code says that rows fail; the output is what counts
	}()
	defer time.AfterFunc(runTime, func() { _ = cmd.Process.Kill() }).Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for running := true; running; {
		select {
		case <-done:
			running = false
		case <-tick.C:
			f.sockets = max(f.sockets, socketsOf(cmd.Process.Pid))
			f.rss = max(f.rss, memoryOf(cmd.Process.Pid))
		}
	}
	f.took = time.Since(start)
	f.opens = k.tcpOpens() - before
	if f.well = well(out.String()); f.well < 0 {
		k.T.Fatalf("%s %v: %v\n%s\n%s", prog, args, cmd.ProcessState, out.String(), errw.String())
	}
	return f
}

// memoryOf is the most memory the process has had so far, in KiB. What wait(2)
// tells counts the program that started it too.
func memoryOf(pid int) int {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)) // gone with the process
	for line := range strings.Lines(string(status)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmHWM:" {
			n, _ := strconv.Atoi(f[1])
			return n
		}
	}
	return 0
}

func socketsOf(pid int) int {
	dir := fmt.Sprintf("/proc/%d/fd", pid)
	list, _ := os.ReadDir(dir) // gone with the process
	n := 0
	for _, e := range list {
		if to, err := os.Readlink(filepath.Join(dir, e.Name())); err == nil && strings.HasPrefix(to, "socket:") {
			n++
		}
	}
	return n
}

// tcpOpens is how many connections were tried from near.
func (k track) tcpOpens() int {
	var text []byte
	k.Inside(k.near, func() { text, _ = os.ReadFile("/proc/thread-self/net/snmp") })
	var heads []string
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) > 0 && f[0] == "Tcp:" {
			if heads == nil {
				heads = f
				continue
			}
			n, err := strconv.Atoi(f[slices.Index(heads, "ActiveOpens")])
			if err != nil {
				k.T.Fatal(err)
			}
			return n
		}
	}
	k.T.Fatal("no counters of TCP")
	return 0
}

// rulebook writes a rule book with a row for each name.
func (k track) rulebook(names int) string {
	dir := fmt.Sprintf("rules%d", names)
	const perRow, perTable = 20, 500
	for t := 0; t*perTable < names; t++ {
		var b strings.Builder
		_, _ = fmt.Fprintf(&b, "id: bench%d\ncode: \"%d\"\ntitle: Bench\norigin: manual\nsource: https://example.com/\nfrom: server\nrows:\n", t, t+1)
		for r := 0; r < perTable && t*perTable+r < names; r += perRow {
			var list []string
			for i := t*perTable + r; i < min(t*perTable+r+perRow, names); i++ {
				list = append(list, name(i))
			}
			_, _ = fmt.Fprintf(&b, "  - {id: row%d-%d, code: \"%d.%d\", proto: tcp, hosts: [%s], ports: {443: https}, destination: there, function: Bench, importance: required}\n",
				t, r, t+1, r/perRow+1, strings.Join(list, ", "))
		}
		k.File(fmt.Sprintf("%s/%d.yaml", dir, t), b.String())
	}
	return filepath.Join(k.Dir, dir)
}

// ours runs the program under test on a rule book.
func (k track) ours(book string) figures {
	return k.measure(func(out string) int {
		var rep wizard.Report
		if json.Unmarshal([]byte(out), &rep) != nil {
			return -1
		}
		return rep.Summary["pass"]
	}, k.bin, "check", "--rules", book, "--format", "json")
}

// count finds how often the pattern is in the output.
func count(pattern string) func(string) int {
	re := regexp.MustCompile(pattern)
	return func(out string) int { return len(re.FindAllString(out, -1)) }
}

func number(out string) int {
	n, err := strconv.Atoi(strings.TrimSpace(out))
	if err != nil {
		return -1
	}
	return n
}

// peer is one way to look at the endpoints; run is nil where it cannot be had.
type peer struct {
	name, does, missing string

	run func() figures
}

// contenders are ours, the floor and the peers, each on the same names.
func (k track) contenders(names []string) []peer {
	book := k.rulebook(len(names))
	list := []peer{
		{name: "floor", does: "name, TLS, page", run: func() figures { return k.measure(number, k.floor, names...) }},
		{name: "sops-firewall", does: "name, TLS, page, and why", run: func() figures { return k.ours(book) }},
	}
	add := func(name, does string, run func(bin string) func() figures) {
		bin, err := k.peer(name)
		p := peer{name: name, does: does}
		if err != nil {
			p.missing = err.Error()
		} else {
			p.run = run(bin)
		}
		list = append(list, p)
	}
	add("blackbox_exporter", "name, TLS, page (sockets, memory: of who asks it)", func(bin string) func() figures {
		conf := k.File("blackbox.yml", "modules:\n  page:\n    prober: http\n    timeout: 3200ms\n    http: {preferred_ip_protocol: ip4}\n")
		k.Daemon(k.near, "env", "SSL_CERT_FILE="+k.ca, bin, "--config.file="+conf, "--web.listen-address=127.0.0.1:9115")
		k.Await(k.near, "9115/tcp")
		return func() figures {
			return k.measure(number, k.floor, append([]string{"-via", "http://127.0.0.1:9115/probe?module=page&target=https://%s/"}, names...)...)
		}
	})
	add("goss", "name, TLS, page", func(bin string) func() figures {
		var b strings.Builder
		b.WriteString("http:\n")
		for _, n := range names {
			b.WriteString("  https://" + n + "/: {status: 200, timeout: 3200}\n")
		}
		file := k.File("goss.yaml", b.String())
		return func() figures {
			return k.measure(count(`"property":"status","resource-id":"[^"]*"[^}]*"result":0`), bin, "-g", file, "validate", "--format", "json", "--max-concurrent", strconv.Itoa(len(names)))
		}
	})
	add("nmap", "name, connect", func(bin string) func() figures {
		return func() figures {
			return k.measure(count(`443/open`), bin, append([]string{"-Pn", "-sT", "-T4", "-p", "443", "-oG", "-"}, names...)...)
		}
	})
	add("naabu", "name, connect", func(bin string) func() figures {
		file := k.File("names.txt", strings.Join(names, "\n"))
		return func() figures {
			return k.measure(count(`(?m):443$`), bin, "-list", file, "-p", "443", "-s", "c", "-Pn", "-silent", "-nc", "-duc", "-r", "203.0.113.1")
		}
	})
	return list
}

// peer finds a peer's program, or builds it.
func (k track) peer(name string) (string, error) {
	if bin, err := exec.LookPath(name); err == nil {
		return bin, nil
	}
	p, known := peers[name]
	if !known {
		return "", fmt.Errorf("not installed")
	}
	dir := cmp.Or(os.Getenv("SOPS_PEERS"), k.Dir)
	bin := filepath.Join(dir, name)
	if _, err := os.Stat(bin); err == nil {
		return bin, nil
	}
	// In a module of its own: what the peer needs is none of ours.
	k.File("peer-"+name+"/go.mod", "module peer\n\ngo 1.26\n\nrequire "+p.module+" "+p.version+"\n")
	src := k.File("peer-"+name+"/peer.go", "package main\n\nimport _ \""+p.module+p.program+"\"\n")
	c := exec.CommandContext(k.T.Context(), "go", "build", "-mod=mod", "-o", bin, p.module+p.program)
	c.Dir = filepath.Dir(src)
	if out, err := c.CombinedOutput(); err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		return "", fmt.Errorf("%s %s cannot be built: %s", p.module, p.version, lines[len(lines)-1])
	}
	return bin, nil
}

// rounds is how often each is run; the middle one counts.
const rounds = 5

// BenchmarkPeers compares on 40 endpoints, all well and with ten silent.
func BenchmarkPeers(b *testing.B) {
	const endpoints = 40
	k := newTrack(b, endpoints)
	var names []string
	for i := range endpoints {
		names = append(names, name(i))
	}
	list := k.contenders(names)
	for _, silent := range []int{0, 10} {
		k.silent(silent)
		var table strings.Builder
		_, _ = fmt.Fprintf(&table, "40 endpoints, %d silent, %v round trip, middle of %d runs:\n| who | does | time | to the floor | found well | connects | sockets at once | memory |\n|---|---|---|---|---|---|---|---|\n", silent, roundTrip, rounds)
		var floor time.Duration
		for _, p := range list {
			if p.run == nil {
				_, _ = fmt.Fprintf(&table, "| %s | | missing: %s |\n", p.name, p.missing)
				continue
			}
			var all []figures
			for range rounds {
				f := p.run()
				all = append(all, f)
				b.Logf("%s, %d silent: %v, %d well", p.name, silent, f.took.Round(time.Millisecond), f.well)
				if f.took >= runTime {
					break // it has no end
				}
			}
			slices.SortFunc(all, func(a, b figures) int { return cmp.Compare(a.took, b.took) })
			f := all[len(all)/2]
			if p.name == "floor" {
				floor = f.took
			}
			ratio := float64(f.took) / float64(floor)
			if f.took >= runTime {
				p.name += " (ended by us)"
			}
			_, _ = fmt.Fprintf(&table, "| %s | %s | %v | %.2f | %d of %d | %d | %d | %d MB |\n",
				p.name, p.does, f.took.Round(time.Millisecond), ratio, f.well, endpoints-silent, f.opens, f.sockets, f.rss>>10)
			b.ReportMetric(ratio, fmt.Sprintf("%s-%d-silent/floor", p.name, silent))
		}
		b.Log(table.String())
	}
}

// BenchmarkManyFlows checks rule books far larger than the manual's.
func BenchmarkManyFlows(b *testing.B) {
	k := newTrack(b, 5000)
	k.silent(0)
	var table strings.Builder
	table.WriteString("rule books of many https flows, all well:\n| flows | time | pass | connects | sockets at once | memory |\n|---|---|---|---|---|---|\n")
	for _, n := range []int{40, 1000, 5000} {
		f := k.ours(k.rulebook(n))
		_, _ = fmt.Fprintf(&table, "| %d | %v | %d | %d | %d | %d MB |\n", n, f.took.Round(time.Millisecond), f.well, f.opens, f.sockets, f.rss>>10)
		b.ReportMetric(f.took.Seconds(), fmt.Sprintf("s/%d-flows", n))
	}
	b.Log(table.String())
}
