package host

import (
	"encoding/json"
	"io/fs"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Docker is what is known of ports that Docker publishes.
type Docker struct {
	State     DockerState
	Published []Published
}

// DockerState is how much is known of Docker; a word of JSON.
type DockerState string

// The states of Docker.
const (
	DockerUnknown DockerState = "unknown" // the system does not tell whether there is one
	DockerNone    DockerState = "none"    // none runs
	DockerShown   DockerState = "shown"   // helper programs show what is published
	DockerHidden  DockerState = "hidden"  // it runs, and shows nothing: it publishes nothing, or by rules that only root sees
)

// Published is a port that Docker hands on to a container.
type Published struct {
	Addr netip.Addr // 0.0.0.0 or ::, 127.0.0.1, or one address of this computer
	Port uint16
}

// Bounds: of the processes looked at, and of a command line in bytes.
const (
	maxProcs = 16384
	maxArgs  = 8 << 10
)

// docker looks at the command lines of all processes: for each published port
// Docker starts a helper that names it, unless that is switched off.
func docker(root fs.FS, procs [][]string) Docker {
	var d Docker
	runs := exists(root, "run/docker.sock")
	for _, args := range procs {
		switch path.Base(args[0]) {
		case "dockerd":
			runs = true
		case "docker-proxy":
			if p, ok := published(args[1:]); ok {
				runs = true
				if !slices.Contains(d.Published, p) {
					d.Published = append(d.Published, p)
				}
			}
		}
	}
	switch {
	case !runs:
		d.State = DockerNone
	case len(d.Published) > 0 && !withoutHelpers(root):
		d.State = DockerShown
	default:
		d.State = DockerHidden
	}
	return d
}

// published reads "-proto tcp -host-ip 0.0.0.0 -host-port 443" and more.
func published(args []string) (p Published, ok bool) {
	proto := "tcp"
	for i := 0; i+1 < len(args); i++ {
		switch v := args[i+1]; strings.TrimLeft(args[i], "-") {
		case "proto":
			proto = v
		case "host-ip":
			if a, err := netip.ParseAddr(v); err == nil {
				p.Addr = a.Unmap().WithZone("")
			}
		case "host-port":
			if n, err := strconv.ParseUint(v, 10, 16); err == nil {
				p.Port = uint16(n)
			}
		}
	}
	return p, proto == "tcp" && p.Addr.IsValid() && p.Port != 0
}

// withoutHelpers tells whether Docker's settings switch the helpers off.
func withoutHelpers(root fs.FS) bool {
	data, ok := read(root, "etc/docker/daemon.json", maxSmall)
	var conf struct {
		Helpers *bool `json:"userland-proxy"`
	}
	return ok && json.Unmarshal(data, &conf) == nil && conf.Helpers != nil && !*conf.Helpers
}

// programs are the command lines of all processes; seen is false where the
// system hides those of others.
func programs(root fs.FS) (list [][]string, seen bool) {
	entries, err := fs.ReadDir(root, "proc")
	if err != nil {
		return nil, false
	}
	for _, e := range entries {
		if _, err := strconv.ParseUint(e.Name(), 10, 32); err != nil || len(list) >= maxProcs {
			continue
		}
		data, ok := read(root, "proc/"+e.Name()+"/cmdline", maxArgs)
		if !ok || len(data) == 0 {
			continue // a thread of the kernel, or gone meanwhile
		}
		// The first process is another user's: who sees it sees all.
		seen = seen || e.Name() == "1"
		if args := strings.Split(strings.TrimRight(string(data), "\x00"), "\x00"); args[0] != "" {
			list = append(list, args)
		}
	}
	return list, seen
}
