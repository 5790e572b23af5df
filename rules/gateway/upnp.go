package gateway

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/syncsign/sops-firewall/rules/check"
)

// search is SSDP's question for an Internet gateway (UPnP Device Architecture
// 1.1, section 1.3). It goes to the gateway itself and to the group that
// devices of a LAN listen to.
const search = "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 1\r\n" +
	"ST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\n\r\n"

var ssdpGroup = netip.MustParseAddrPort("239.255.255.250:1900")

// askUPnP finds the gateway's description and asks for its outer address.
func askUPnP(ctx context.Context, n Net, gw netip.Addr) func(*Signs) {
	if !gw.Is4() {
		return nil
	}
	var server, location string
	limited, cancel := context.WithTimeout(ctx, searchTime)
	defer cancel()
	// An error is a network without UPnP: nothing was found.
	_ = n.Search(limited, []byte(search), []netip.AddrPort{netip.AddrPortFrom(gw, 1900), ssdpGroup}, func(from netip.AddrPort, answer []byte) {
		if from.Addr().Unmap() != gw || location != "" {
			return // another device of the LAN: not what is looked for
		}
		res, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(answer)), nil)
		if err != nil {
			return
		}
		_ = res.Body.Close()
		server, location = res.Header.Get("Server"), res.Header.Get("Location")
		cancel()
	})
	at, err := url.Parse(location)
	if location == "" || err != nil || at.Scheme != "http" || !sameHost(at, gw) {
		if server == "" {
			return nil
		}
		return func(s *Signs) { s.UPnP = check.Clean(server, signRunes) }
	}
	d, err := describe(ctx, n, gw, at)
	if err != nil {
		return func(s *Signs) { s.UPnP = check.Clean(server, signRunes) }
	}
	wan, none := d.outer(ctx, n, gw, at)
	return func(s *Signs) {
		s.UPnP, s.Maker, s.Model = check.Clean(server, signRunes), check.Clean(d.Root.Maker, signRunes), check.Clean(d.Root.model(), signRunes)
		s.Mappings = s.Mappings || d.Root.service() != nil
		if wan.IsValid() {
			s.WAN, s.WANBy = wan, "UPnP"
		}
		s.NoWAN = s.NoWAN || none
	}
}

// description is the part of a device's description that counts.
type description struct {
	Root device `xml:"device"`
}

type device struct {
	Friendly string    `xml:"friendlyName"`
	Maker    string    `xml:"manufacturer"`
	Name     string    `xml:"modelName"`
	Detail   string    `xml:"modelDescription"`
	Services []service `xml:"serviceList>service"`
	Inner    []device  `xml:"deviceList>device"`
}

type service struct {
	Type    string `xml:"serviceType"`
	Control string `xml:"controlURL"`
}

// model is the first name that says something.
func (d device) model() string {
	for _, s := range []string{d.Name, d.Detail, d.Friendly} {
		if s = strings.TrimSpace(s); s != "" {
			return s
		}
	}
	return ""
}

// maxDepth bounds devices within devices: a gateway has three levels.
const maxDepth = 4

// service is the connection to the Internet, wherever it hangs in the tree.
func (d device) service() *service { return d.find(maxDepth) }

func (d device) find(depth int) *service {
	for i, s := range d.Services {
		if strings.Contains(s.Type, ":WANIPConnection:") || strings.Contains(s.Type, ":WANPPPConnection:") {
			return &d.Services[i]
		}
	}
	if depth == 0 {
		return nil
	}
	for _, in := range d.Inner {
		if s := in.find(depth - 1); s != nil {
			return s
		}
	}
	return nil
}

func describe(ctx context.Context, n Net, gw netip.Addr, at *url.URL) (description, error) {
	var d description
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return d, err
	}
	res, err := client(n, gw).Do(req)
	if err != nil {
		return d, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return d, errors.New(res.Status)
	}
	return d, decode(res.Body, &d)
}

// decode reads bounded XML; a document type is refused.
func decode(r io.Reader, into any) error {
	data, err := io.ReadAll(io.LimitReader(r, xmlBytes))
	if err != nil {
		return err
	}
	if bytes.Contains(data, []byte("<!DOCTYPE")) || bytes.Contains(data, []byte("<!ENTITY")) {
		return errors.New("the description has a document type")
	}
	return xml.Unmarshal(data, into)
}

// outer asks for the address on the Internet; invalid when it is not told. none
// tells that the answer is 0.0.0.0: there is no such address.
func (d description) outer(ctx context.Context, n Net, gw netip.Addr, at *url.URL) (wan netip.Addr, none bool) {
	s := d.Root.service()
	if s == nil || strings.ContainsAny(s.Type, "\"<>&\r\n") {
		return netip.Addr{}, false
	}
	ref, err := url.Parse(strings.TrimSpace(s.Control))
	if err != nil {
		return netip.Addr{}, false
	}
	u := at.ResolveReference(ref)
	if u.Scheme != "http" || !sameHost(u, gw) {
		return netip.Addr{}, false
	}
	body := fmt.Sprintf(`<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body><u:GetExternalIPAddress xmlns:u="%s"></u:GetExternalIPAddress></s:Body></s:Envelope>`, s.Type)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), strings.NewReader(body))
	if err != nil {
		return netip.Addr{}, false
	}
	req.Header.Set("Content-Type", `text/xml; charset="utf-8"`)
	req.Header.Set("SOAPAction", `"`+s.Type+`#GetExternalIPAddress"`)
	res, err := client(n, gw).Do(req)
	if err != nil {
		return netip.Addr{}, false
	}
	defer func() { _ = res.Body.Close() }()
	var answer struct {
		Address string `xml:"Body>GetExternalIPAddressResponse>NewExternalIPAddress"`
	}
	if err := decode(res.Body, &answer); err != nil {
		return netip.Addr{}, false
	}
	text := strings.TrimSpace(answer.Address)
	return outside(text), text == "0.0.0.0"
}

// outside reads an address that a router says it has; 0.0.0.0 means none.
func outside(s string) netip.Addr {
	a, err := netip.ParseAddr(s)
	if err != nil || a.IsUnspecified() || a.Zone() != "" {
		return netip.Addr{}
	}
	return a.Unmap()
}

// networkFailure is NAT-PMP's result for a gateway without an outer address
// (RFC 6886, section 3.5: "NAT box itself has not obtained a DHCP lease").
const networkFailure = 3

// askNATPMP asks for the outer address (RFC 6886, section 3.2). PCP has no
// question that changes nothing, so it is not asked.
func askNATPMP(ctx context.Context, n Net, gw netip.Addr) func(*Signs) {
	if !gw.Is4() {
		return nil
	}
	c, err := n.Dial(ctx, udpOf(gw), netip.AddrPortFrom(gw, 5351))
	if err != nil {
		return nil
	}
	defer func() { _ = c.Close() }()
	defer within(ctx, c)()
	buf := make([]byte, 64)
	for range 2 {
		if _, err := c.Write([]byte{0, 0}); err != nil {
			return nil
		}
		_ = c.SetReadDeadline(time.Now().Add(searchTime / 3))
		k, err := c.Read(buf)
		if err != nil {
			var timeout interface{ Timeout() bool }
			if errors.As(err, &timeout) && timeout.Timeout() && ctx.Err() == nil {
				continue
			}
			return nil
		}
		if k < 4 || buf[0] != 0 || buf[1] != 128 {
			return nil
		}
		if code := binary.BigEndian.Uint16(buf[2:]); code == networkFailure {
			return func(s *Signs) { s.NoWAN, s.Mappings = true, true }
		} else if code != 0 || k < 12 {
			return nil
		}
		a := outside(netip.AddrFrom4([4]byte(buf[8:12])).String())
		return func(s *Signs) {
			s.Mappings, s.NoWAN = true, s.NoWAN || !a.IsValid()
			if !s.WAN.IsValid() && a.IsValid() {
				s.WAN, s.WANBy = a, "NAT-PMP"
			}
		}
	}
	return nil
}
