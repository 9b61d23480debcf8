package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// AddressError says what is wrong with the address of a server. Reason is a
// sentence's end for people.
type AddressError struct {
	Reason string
}

func (e *AddressError) Error() string { return "the address of the remote engine " + e.Reason }

// parseAddress reads a base address, as people copy it out of manuals.
func parseAddress(text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil { // its text would repeat what may hold a password
		return nil, &AddressError{"cannot be read; it looks like https://example.org/v1"}
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return nil, &AddressError{"must begin with https:// or http:// and name a computer"}
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return nil, &AddressError{"must hold no name, password or question mark; the key belongs into the keyring or into NOTSO_REMOTE_KEY"}
	case u.Scheme == "http" && surelyPublic(u.Hostname()):
		return nil, &AddressError{"must begin with https://, since " + u.Hostname() + " is not in your own network and anybody on the way could read along"}
	}
	u.Path = strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/chat/completions")
	if u.Path = strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/v1"); u.RawPath != "" {
		return nil, &AddressError{"has a path with escaped characters, which no such server has"}
	}
	u.Path += "/v1"
	return u, nil
}

// surelyPublic tells an address that is not private. A name may be either, and
// is judged when it is dialled.
func surelyPublic(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && !private(ip)
}

// private tells this machine's and local networks' addresses: loopback, RFC
// 1918, RFC 4193, link-local, and the range that overlay networks such as
// Tailscale use (RFC 6598).
func private(ip netip.Addr) bool {
	ip = ip.Unmap()
	shared := netip.MustParsePrefix("100.64.0.0/10")
	return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() || shared.Contains(ip)
}

// errPublic refuses to say anything in the clear to a public address.
var errPublic = errors.New("the name leads to a public address, so the address must begin with https://")

// newClient makes the client for one server. It follows no redirect, so that
// neither words nor key go to another host than the one the user named.
func newClient(base *url.URL) *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	transport := &http.Transport{
		DialContext:           dialer.DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		MaxIdleConnsPerHost:   8,
		IdleConnTimeout:       90 * time.Second,
		ForceAttemptHTTP2:     true,
		Proxy:                 http.ProxyFromEnvironment,
		ResponseHeaderTimeout: 10 * time.Minute, // some servers read the prompt first
	}
	if base.Scheme == "http" {
		transport.Proxy = nil
		dialer.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error {
			if at, err := netip.ParseAddrPort(address); err != nil || !private(at.Addr()) {
				return fmt.Errorf("%w", errPublic)
			}
			return nil
		}
	}
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
