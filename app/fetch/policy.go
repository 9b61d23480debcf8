package fetch

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
)

// Policy says which addresses may be asked: https on the open network, and the
// one origin that the user has named.
type Policy struct {
	// Trusted is that origin, such as "http://mirror.local:8080". It alone may be
	// without encryption and on this machine or a private network. "" is none.
	Trusted string
}

// Check refuses addresses by what can be seen from the outside.
// Errors: *AddressError.
func (p Policy) Check(u *url.URL) error {
	refuse := func(reason string) error { return &AddressError{Address: u.Redacted(), Reason: reason} }
	switch {
	case u.Host == "" || u.Opaque != "":
		return refuse("it names no server")
	case u.User != nil:
		return refuse("it carries a password")
	case p.Trusted != "" && Origin(u) == p.Trusted:
		return nil
	case u.Scheme != "https":
		return refuse("only https is")
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return refuse("it is this machine")
	}
	if ip, err := netip.ParseAddr(host); err == nil && !public(ip) {
		return refuse("it is on this machine or a private network")
	}
	return nil
}

// Origin is the scheme, the host and the port, "" for what has no host.
func Origin(u *url.URL) string {
	if u.Host == "" {
		return ""
	}
	host := strings.ToLower(u.Host)
	if port := map[string]string{"https": ":443", "http": ":80"}[u.Scheme]; port != "" {
		host = strings.TrimSuffix(host, port)
	}
	return strings.ToLower(u.Scheme) + "://" + host
}

// dialled is the address that a connection to an origin goes to.
func dialled(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
	}
	return net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// publicOnly refuses a connection once its name is resolved, which is when a
// name that leads home shows itself.
func publicOnly(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("connect to %s: %w", address, err)
	}
	if !public(to.Addr()) {
		return &AddressError{Address: address, Reason: "it is on this machine or a private network"}
	}
	return nil
}

// public tells addresses that anybody on the open network can reach.
func public(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	for _, special := range specialPrefixes() {
		if special.Contains(ip) {
			return false
		}
	}
	return true
}

// specialPrefixes are the networks of IANA's special-purpose registries that
// netip has no name for, and those that carry an IPv4 address inside.
func specialPrefixes() []netip.Prefix {
	var prefixes []netip.Prefix
	for _, text := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
		"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "fec0::/10",
	} {
		prefixes = append(prefixes, netip.MustParsePrefix(text))
	}
	return prefixes
}

// local tells errors of this machine's disk from those of the network.
func local(err error) bool {
	var path *fs.PathError
	return errors.As(err, &path) || errors.Is(err, syscall.ENOSPC)
}
