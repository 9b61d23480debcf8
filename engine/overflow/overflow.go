// Package overflow decides what a model no longer sees of a chat that has
// outgrown its context.
//
//	chat := overflow.Chat{Messages: messages, Sizes: sizes, Fixed: header}
//	dropped := chat.Drop(length - overflow.Room(length))
//	prompt := overflow.Without(messages, dropped)
//
// System messages stay, and so do turns that have a pinned message and the last
// turn. Of the others the oldest go, whole, until a quarter of the limit is free:
// then nothing changes for some turns, and what is evaluated of the prompt stays
// of use. A turn is a message of the user with all that answers it, so that the
// roles alternate as before.
//
// Which messages are dropped is found by going through the chat as it went, each
// message in turn. So it depends on what was said and on nothing that was
// answered before: every request of a chat drops the same, and more only when
// the chat outgrows its context again.
package overflow

import "notso/engine"

// headroom is the part of the limit that is free after messages were dropped,
// as one in so many.
const headroom = 4

// mostRoom is the most that is kept free for a reply, in tokens.
const mostRoom = 1024

// Room is how many tokens of a context of length tokens are kept free for the
// reply: an eighth. It is the same for all requests, whatever they allow a
// reply, as what is dropped depends on it.
func Room(length int) int { return min(mostRoom, length/8) }

// Chat is a chat with its sizes in tokens.
type Chat struct {
	Messages []engine.Message
	Sizes    []int // of each message
	Fixed    int   // of what stands around them
	Resumed  int   // of the reply so far, when one goes on
}

// Drop returns the indices of the messages to leave out for a prompt of at most
// limit tokens, in order. What cannot be left out may still be too long: see
// Size.
func (c Chat) Drop(limit int) []int {
	w := walk{chat: c, turns: c.turns(), size: c.Fixed, target: limit - limit/headroom}
	current := 0
	for i, size := range c.Sizes {
		if current+1 < len(w.turns) && i == w.turns[current+1].from {
			current++
		}
		if w.size += size; w.size > limit {
			w.dropBefore(current)
		}
	}
	if w.size += c.Resumed; w.size > limit {
		w.dropBefore(current)
	}
	return w.dropped
}

// Size is the prompt's size without the messages that are dropped.
func (c Chat) Size(dropped []int) int {
	size := c.Fixed + c.Resumed
	for _, s := range c.Sizes {
		size += s
	}
	for _, i := range dropped {
		size -= c.Sizes[i]
	}
	return size
}

// Without returns the messages but for those dropped.
func Without(messages []engine.Message, dropped []int) []engine.Message {
	if len(dropped) == 0 {
		return messages
	}
	kept := make([]engine.Message, 0, len(messages)-len(dropped))
	for i, m := range messages {
		if len(dropped) > 0 && i == dropped[0] {
			dropped = dropped[1:]
			continue
		}
		kept = append(kept, m)
	}
	return kept
}

// turn is a run of messages, from one of the user up to the next.
type turn struct {
	from, to int
	pinned   bool
}

// turns splits the chat. What stands before the first message of the user is a
// turn, too.
func (c Chat) turns() []turn {
	var turns []turn
	for i, m := range c.Messages {
		if i == 0 || m.Role == engine.RoleUser {
			turns = append(turns, turn{from: i})
		}
		last := &turns[len(turns)-1]
		last.to = i + 1
		last.pinned = last.pinned || m.Pinned
	}
	return turns
}

// walk goes through a chat.
type walk struct {
	chat    Chat
	turns   []turn
	next    int // the oldest turn that was not looked at
	size    int // of what is kept so far
	target  int
	dropped []int
}

// dropBefore drops the oldest turns before current until the target is reached.
func (w *walk) dropBefore(current int) {
	for ; w.next < current && w.size > w.target; w.next++ {
		t := w.turns[w.next]
		if t.pinned {
			continue
		}
		for i := t.from; i < t.to; i++ {
			if w.chat.Messages[i].Role != engine.RoleSystem {
				w.size -= w.chat.Sizes[i]
				w.dropped = append(w.dropped, i)
			}
		}
	}
}
