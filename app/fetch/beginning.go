package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// beginningTime is how long the beginning of a file may take. A person waits for
// it: some megabytes.
const beginningTime = time.Minute

// Beginning returns the first n bytes of what is at address, or all of it where
// that is less, and the size of the whole. have is what an earlier call returned,
// which is not fetched again; a server that knows no ranges begins anew and is
// left after n bytes. Nothing vouches for them: they are to be looked at, not to
// be kept.
// Errors: *AddressError, *StatusError, *ContentError, *RangeError, ctx.Err().
func (c *Client) Beginning(ctx context.Context, address string, have []byte, n int64) (data []byte, size int64, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, beginningTime, errStalled)
	defer cancel()
	from := int64(len(have))
	answer, err := c.get(ctx, address, http.Header{"Range": {fmt.Sprintf("bytes=%d-%d", from, n-1)}})
	if err != nil {
		return nil, 0, err
	}
	defer answer.Body.Close()
	switch answer.StatusCode {
	case http.StatusOK:
		have, size = nil, answer.ContentLength
	case http.StatusPartialContent:
		text := answer.Header.Get("Content-Range")
		first, last, total, ok := contentRange(text)
		if !ok || first != from || last != min(n, total)-1 {
			return nil, 0, &RangeError{Asked: from, Got: text}
		}
		size = total
	default:
		return nil, 0, statusError(answer)
	}
	if err := plain(answer); err != nil {
		return nil, 0, err
	}
	if size <= 0 {
		return nil, 0, &ContentError{Reason: "the server does not say how large the file is"}
	}
	data = make([]byte, min(n, size))
	_, err = io.ReadFull(answer.Body, data[copy(data, have):])
	switch {
	case context.Cause(ctx) != nil:
		err = context.Cause(ctx)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		err = errShort
	}
	return data, size, err
}
