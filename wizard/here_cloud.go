package wizard

import (
	"io/fs"
	"strings"
)

// container tells what this system runs in; empty for none.
func (m machine) container() string {
	exists := func(name string) bool {
		if m.root == nil {
			return false
		}
		_, err := fs.Stat(m.root, name)
		return err == nil
	}
	switch {
	case exists(".dockerenv"):
		return "docker"
	case exists("run/.containerenv"):
		return "podman"
	case strings.Contains(strings.ToLower(m.word("proc/sys/kernel/osrelease")), "microsoft"):
		return "wsl"
	}
	return m.word("run/systemd/container")
}

// cloud is the router id and the name of the cloud this computer runs at; the id
// is empty for none. It reads files only.
func (m machine) cloud() (id, name string) {
	if id, name = m.firmwareCloud(); id != "" {
		return id, name
	}
	return initCloud(m.word("run/cloud-init/cloud-id"))
}

// firmwareCloud reads the maker's names that clouds leave in the firmware
// tables. The names are those that cloud-init's ds-identify looks for.
func (m machine) firmwareCloud() (id, name string) {
	const dmi = "sys/class/dmi/id/"
	vendor, product, tag := m.word(dmi+"sys_vendor"), m.word(dmi+"product_name"), m.word(dmi+"chassis_asset_tag")
	bios := m.word(dmi + "bios_version")
	known := []struct {
		yes      bool
		id, name string
	}{
		{vendor == "Amazon EC2" || strings.HasSuffix(bios, ".amazon") || strings.HasPrefix(m.word("sys/hypervisor/uuid"), "ec2"), "aws", "Amazon AWS"},
		{tag == "7783-7084-3265-9085-8269-3286-77", "azure", "Microsoft Azure"},
		{product == "Google Compute Engine", "gcp", "Google Cloud"},
		{vendor == "DigitalOcean", "digitalocean", "DigitalOcean"},
		{vendor == "Hetzner", "hetzner", "Hetzner"},
		{vendor == "Vultr", "vultr", "Vultr"},
		{vendor == "Akamai" || vendor == "Linode", "linode", "Akamai Linode"},
		{tag == "OracleCloud.com", "oci", "Oracle Cloud"},
		{vendor == "Scaleway" || vendor == "UpCloud" || vendor == "Exoscale" || strings.HasPrefix(product, "CloudStack") || strings.HasPrefix(product, "OpenStack") ||
			strings.HasPrefix(tag, "OpenStack") || product == "Alibaba Cloud ECS" || tag == "OpenTelekomCloud" || tag == "HUAWEICLOUD", vps, vendor},
	}
	for _, k := range known {
		if k.yes {
			return k.id, k.name
		}
	}
	return "", ""
}

// vps is the router id of a cloud without a guide of its own.
const vps = "vps-generic"

// initCloud is the cloud of a cloud-id, as cloud-init notes it at boot. Those
// of one's own machines (nocloud, lxd, maas, vmware, …) are none.
func initCloud(word string) (id, name string) {
	brand, _, _ := strings.Cut(word, "-") // aws-china, azure-gov
	switch brand {
	case "aws":
		return "aws", "Amazon AWS"
	case "azure":
		return "azure", "Microsoft Azure"
	case "gce":
		return "gcp", "Google Cloud"
	case "digitalocean":
		return "digitalocean", "DigitalOcean"
	case "hetzner":
		return "hetzner", "Hetzner"
	case "vultr":
		return "vultr", "Vultr"
	case "akamai":
		return "linode", "Akamai Linode"
	case "oracle":
		return "oci", "Oracle Cloud"
	case "openstack", "upcloud", "scaleway", "exoscale", "cloudstack", "aliyun", "ibmcloud", "rackspace":
		return vps, brand
	}
	return "", ""
}
