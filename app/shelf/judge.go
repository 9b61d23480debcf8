package shelf

import (
	"bytes"
	"context"
	"errors"
	"io"

	"notso/app/fetch"
)

// How much of a file is fetched to judge it, in bytes. A header is mostly its
// vocabulary: 2 MB for SmolLM3, some 10 MB for the largest in use.
const (
	headerFirst = 2 << 20
	headerMost  = 16 << 20
)

// ErrHeader: the header is longer than what is fetched to judge a file.
var ErrHeader = errors.New("the beginning of the file is too long to be judged before it is here")

// Judge lets judge look at the beginning of a file that is not here, of size
// bytes in all. It gets more of it as long as it asks with io.ErrUnexpectedEOF.
// Errors: ErrHeader, judge's own, and those of fetch.Client.Beginning.
func (s *Shelf) Judge(ctx context.Context, file fetch.Request, judge func(name string, beginning io.ReaderAt, size int64) error) error {
	var have []byte
	for n := int64(headerFirst); n <= headerMost; n *= 2 {
		data, size, err := s.client.Beginning(ctx, file.URL, have, n)
		if err != nil {
			return err
		}
		err = judge(file.Name, bytes.NewReader(data), size)
		if !errors.Is(err, io.ErrUnexpectedEOF) || int64(len(data)) == size {
			return err
		}
		have = data
	}
	return ErrHeader
}
