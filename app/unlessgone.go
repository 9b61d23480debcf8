package app

import (
	"context"
	"errors"

	"notso/app/chat"
)

// unlessGone serves what the page does by itself, beside what its user does. By
// the time that it comes the user may have deleted the chat that it is about: then
// it is answered with nothing, since nobody asked and nothing went wrong.
func unlessGone(serve func(context.Context, request) (answer, error)) func(context.Context, request) (answer, error) {
	return func(ctx context.Context, r request) (answer, error) {
		got, err := serve(ctx, r)
		if errors.Is(err, chat.ErrNotFound) {
			return answer{}, nil
		}
		return got, err
	}
}
