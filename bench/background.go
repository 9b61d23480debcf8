package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"notso/app/config"
)

// background is how much longer the user waits for the next turn because the
// program writes titles and suggestions between the turns: at 1 not at all.
//
// The next message follows one second after the reply, while they are being
// written. Each time it is another chat, with them on and off in turn; the
// figure is the ratio of the medians.
func background(ctx context.Context, r *run) (float64, string, error) {
	s, err := r.fresh(ctx)
	if err != nil {
		return 0, "", err
	}
	defer s.end()
	var times [2][]float64 // off, on
	for round := range 2 * pick(r, 5, 1) {
		on := round % 2
		if err := s.Config.Update(func(c *config.Config) { c.Titles, c.FollowUps = on == 1, on == 1 }); err != nil {
			return 0, "", err
		}
		s.tap.still(ctx, time.Second/2, pick(r, time.Minute, 5*time.Second)) // the last round's suggestions
		first, err := s.say(ctx, 0, prose(uint64(200+round), 40), 16)
		if err != nil {
			return 0, "", err
		}
		if !pause(ctx, time.Second) {
			return 0, "", ctx.Err()
		}
		next, err := s.say(ctx, first.turn.Chat, prose(uint64(300+round), 20), 4)
		if err != nil {
			return 0, "", err
		}
		times[on] = append(times[on], ms(next.first))
		if on == 1 && s.tap.aside() == 0 {
			return 0, "", errors.New("the program asks a model of this size for no titles and follow-ups")
		}
	}
	off, on := median(times[0]), median(times[1])
	return on / off, fmt.Sprintf("%.0f ms with them, %.0f ms without; %d turns each", on, off, len(times[0])), nil
}
