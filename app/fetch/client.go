package fetch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

const (
	redirects   = 5
	connectTime = 20 * time.Second
)

// Client asks servers that its Policy allows.
type Client struct {
	opts ClientOptions
	http *http.Client

	mu      sync.Mutex
	proxies map[string]bool // addresses of the proxies that the environment named
	policy  Policy
}

// NewClient returns a Client. It holds idle connections until Close.
func NewClient(opts ClientOptions) *Client {
	c := &Client{opts: opts, policy: opts.Policy, proxies: map[string]bool{}}
	transport := &http.Transport{
		Proxy:                  c.proxy,
		DialContext:            c.dial,
		DisableCompression:     true, // bytes are counted as they are published
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    connectTime,
		MaxResponseHeaderBytes: 256 << 10,
		IdleConnTimeout:        30 * time.Second,
	}
	if opts.Transport != nil {
		opts.Transport(transport)
	}
	c.http = &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c
}

// SetPolicy changes which servers may be asked from now on.
func (c *Client) SetPolicy(p Policy) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.policy = p
}

func (c *Client) allowed() Policy {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.policy
}

// Close lets go of idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Read returns what the server has at address, which must be at most limit
// bytes of text. Errors: *AddressError, *StatusError, *ContentError, ctx.Err().
func (c *Client) Read(ctx context.Context, address string, limit int64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, defaultStall)
	defer cancel()
	answer, err := c.get(ctx, address, nil)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, statusError(answer)
	}
	if err := plain(answer); err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = &ContentError{Reason: fmt.Sprintf("the server's answer is longer than %d bytes", limit)}
	}
	return data, err
}

// get asks for address and follows where it leads. The answer's body is open.
func (c *Client) get(ctx context.Context, address string, header http.Header) (*http.Response, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, &AddressError{Address: address, Reason: "it is no address"}
	}
	first, token := Origin(u), ""
	for hop := 0; ; hop++ {
		if err := c.allowed().Check(u); err != nil {
			return nil, err
		}
		said := ""
		if Origin(u) == first {
			said = token
		}
		answer, err := c.ask(ctx, u, header, said)
		if err != nil {
			return nil, err
		}
		switch answer.StatusCode {
		case http.StatusUnauthorized, http.StatusForbidden:
			if c.opts.Token != nil && token == "" && u.Scheme == "https" && Origin(u) == first {
				if token = c.opts.Token(first); token != "" {
					answer.Body.Close()
					hop--
					continue
				}
			}
			return answer, nil
		case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		default:
			return answer, nil
		}
		answer.Body.Close()
		if hop == redirects {
			return nil, &AddressError{Address: u.Redacted(), Reason: fmt.Sprintf("it is behind more than %d redirects", redirects)}
		}
		if u, err = u.Parse(answer.Header.Get("Location")); err != nil {
			return nil, &AddressError{Address: address, Reason: "the server redirects to what is no address"}
		}
	}
}

func (c *Client) ask(ctx context.Context, u *url.URL, header http.Header, token string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, &AddressError{Address: u.Redacted(), Reason: "it is no address"}
	}
	for key, values := range header {
		r.Header[key] = values
	}
	r.Header.Set("User-Agent", cmp.Or(c.opts.Agent, "notso"))
	r.Header.Set("Accept-Encoding", "identity")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := c.http.Do(r)
	var address *AddressError
	switch {
	case err == nil:
		return answer, nil
	case context.Cause(ctx) != nil:
		return nil, context.Cause(ctx)
	case errors.As(err, &address):
		return nil, address
	}
	var failed *url.Error // tells the whole address, signatures and all
	if errors.As(err, &failed) {
		err = failed.Err
	}
	return nil, fmt.Errorf("ask %s: %w", u.Host, err)
}

// proxy remembers which proxies may be dialled: they are often on a private
// network, and the environment has named them.
func (c *Client) proxy(r *http.Request) (*url.URL, error) {
	find := c.opts.Proxy
	if find == nil {
		find = http.ProxyFromEnvironment
	}
	u, err := find(r)
	if u != nil && err == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.proxies[dialled(u)] = true
	}
	return u, err
}

func (c *Client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: connectTime}
	if !c.named(address) {
		dialer.Control = publicOnly
	}
	return dialer.DialContext(ctx, network, address)
}

// named tells whether the user has named the address.
func (c *Client) named(address string) bool {
	if trusted, err := url.Parse(c.allowed().Trusted); err == nil && trusted.Host != "" && dialled(trusted) == address {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.proxies[address]
}
