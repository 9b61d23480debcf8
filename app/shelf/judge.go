package shelf

import (
	"bytes"
	"context"
	"errors"
	"io"

	"notso/app/fetch"
)

// How much of a file is fetched to judge it, in bytes. A header is mostly its
// vocabulary: 2 MB for SmolLM3, some 10 MB for the largest in use. The later parts
// of a split model have none, and some hundred bytes for each of their tensors.
const (
	headerFirst = 2 << 20
	headerLater = 64 << 10
	headerMost  = 16 << 20
)

// ErrHeader: the header is longer than what is fetched to judge a file.
var ErrHeader = errors.New("the beginning of the file is too long to be judged before it is here")

// Part is the beginning of a file that is not here. A model has one or, where it
// is split, several.
type Part struct {
	Name      string
	Beginning io.ReaderAt
	SizeBytes int64 // of the whole file
}

// Judge lets judge look at the beginnings of a model's files, which are not here.
// It gets more of one as long as enough asks for that with io.ErrUnexpectedEOF.
// Errors: ErrHeader, those of enough and of judge, and those of
// fetch.Client.Beginning.
func (s *Shelf) Judge(ctx context.Context, o Offer, enough func(Part) error, judge func([]Part) error) error {
	var parts []Part
	for i, r := range o.Requests {
		first := int64(headerFirst)
		if i > 0 {
			first = headerLater
		}
		part, err := s.beginning(ctx, r, first, enough)
		if err != nil {
			return err
		}
		parts = append(parts, part)
	}
	return judge(parts)
}

// beginning fetches as much of a file as is enough.
func (s *Shelf) beginning(ctx context.Context, file fetch.Request, first int64, enough func(Part) error) (Part, error) {
	var have []byte
	for n := first; n <= headerMost; n *= 2 {
		data, size, err := s.client.Beginning(ctx, file.URL, have, n)
		if err != nil {
			return Part{}, err
		}
		part := Part{Name: file.Name, Beginning: bytes.NewReader(data), SizeBytes: size}
		err = enough(part)
		if !errors.Is(err, io.ErrUnexpectedEOF) || int64(len(data)) == size {
			return part, err
		}
		have = data
	}
	return Part{}, ErrHeader
}
