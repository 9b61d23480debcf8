package imports

import (
	"cmp"
	"encoding/json"
	"math"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"notso/app/chat"
)

// node is a message of another program. One without a role of ours is passed
// over: what follows it follows what came before.
type node struct {
	id, parent string
	role       chat.Role // "" is neither user nor assistant
	text       string
	reasoning  string
	state      chat.State // "" is Done
	model      string
	created    time.Time
}

// outline is a chat of another program.
type outline struct {
	title            string
	named            bool
	pinned           bool
	system           string
	created, updated time.Time
	head             string // id of the node that was shown last; "" is the latest
	nodes            []node // in the order of the file
}

// add builds the chat and adds it to the result.
func (o outline) add(result *Result) {
	if len(o.nodes) > maxTurns {
		result.leave(Damaged, 1)
		return
	}
	turns, head, lost := o.turns()
	result.leave(Damaged, lost)
	if len(turns) == 0 {
		result.leave(Empty, 1)
		return
	}
	created := cmp.Or(o.created, turns[0].Created)
	updated := created
	for i := range turns {
		if turns[i].Created.IsZero() {
			turns[i].Created = created
		}
		if turns[i].Created.After(updated) {
			updated = turns[i].Created
		}
	}
	if o.updated.After(updated) {
		updated = o.updated
	}
	result.Chats = append(result.Chats, Chat{chat.Chat{
		Title: title(o.title, turns), Named: o.named || strings.TrimSpace(o.title) != "", Pinned: o.pinned, Head: head,
		Settings: chat.Settings{System: clean(o.system)}, Created: created, Updated: updated,
	}, turns})
}

// turns puts the nodes into a tree of turns, parents first. An assistant's turn
// that other programs part into several messages is one. Lost are the nodes that
// hang on nothing, such as those of a ring.
func (o outline) turns() (turns []chat.Turn, head int64, lost int) {
	byID := make(map[string]int, len(o.nodes))
	for i, n := range o.nodes {
		if _, twice := byID[n.id]; !twice {
			byID[n.id] = i
		}
	}
	children := make(map[string][]int, len(o.nodes))
	var queue []int
	for i, n := range o.nodes {
		if at, known := byID[n.id]; known && at != i {
			lost++
			continue
		}
		if _, known := byID[n.parent]; known && n.parent != "" && n.parent != n.id {
			children[n.parent] = append(children[n.parent], i)
		} else {
			queue = append(queue, i)
		}
	}
	place := make(map[string]int64, len(o.nodes)) // node to turn; of one passed over, the turn before
	reached := 0
	for ; len(queue) > 0; queue = queue[1:] {
		n := o.nodes[queue[0]]
		reached++
		before := place[n.parent]
		place[n.id] = before
		if n.role != "" && strings.TrimSpace(n.text+n.reasoning) != "" {
			if last := int(before) - 1; n.role == chat.Assistant && last >= 0 && turns[last].Role == chat.Assistant && len(children[n.parent]) == 1 {
				join(&turns[last], n)
			} else {
				turns = append(turns, n.turn(int64(len(turns)+1), before))
				place[n.id] = int64(len(turns))
			}
		}
		queue = append(queue, children[n.id]...)
	}
	head = place[o.head]
	if head == 0 && len(turns) > 0 {
		head = latestLeaf(turns)
	}
	return turns, head, lost + len(o.nodes) - lost - reached
}

func (n node) turn(id, parent int64) chat.Turn {
	return chat.Turn{
		ID: id, Parent: parent, Role: n.role, Text: clean(n.text), Reasoning: clean(n.reasoning),
		State: cmp.Or(n.state, chat.Done), Created: n.created, Stats: chat.Stats{Model: n.model},
	}
}

func join(t *chat.Turn, n node) {
	t.Text = strings.TrimLeft(t.Text+"\n\n"+clean(n.text), "\n")
	t.Reasoning = strings.Trim(t.Reasoning+"\n\n"+clean(n.reasoning), "\n")
	t.Text = strings.TrimRight(t.Text, "\n")
	t.State = cmp.Or(n.state, chat.Done)
	t.Stats.Model = cmp.Or(t.Stats.Model, n.model)
}

// latestLeaf is the last turn, in time and then in order, that none follows.
func latestLeaf(turns []chat.Turn) int64 {
	followed := make(map[int64]bool, len(turns))
	for _, t := range turns {
		followed[t.Parent] = true
	}
	var best chat.Turn
	for _, t := range turns {
		if !followed[t.ID] && (best.ID == 0 || !t.Created.Before(best.Created)) {
			best = t
		}
	}
	return best.ID
}

// titleRunes bounds a title; ours are shorter.
const titleRunes = 200

// title is the chat's own, else the beginning of what was said first.
func title(own string, turns []chat.Turn) string {
	text := strings.Join(strings.Fields(clean(own)), " ")
	most := titleRunes
	if text == "" {
		text, most = strings.Join(strings.Fields(turns[0].Text), " "), 60
	}
	if utf8.RuneCountInString(text) > most {
		text = string([]rune(text)[:most]) + "…"
	}
	return cmp.Or(text, "Chat")
}

// marks are ChatGPT's references to its sources, in private characters.
var marks = regexp.MustCompile("[ \t]?\ue200[^\ue201]{0,300}\ue201")

// clean makes text that every part of the app can hold.
func clean(text string) string {
	text = strings.ToValidUTF8(text, "�")
	if strings.ContainsRune(text, '\ue200') {
		text = marks.ReplaceAllString(text, "")
	}
	return strings.ReplaceAll(strings.ReplaceAll(text, "\x00", "�"), "\r\n", "\n")
}

// moment reads a time as programs write it: seconds, milliseconds, microseconds
// or nanoseconds since 1970, or a text. Zero is none.
type moment struct{ time.Time }

func (m *moment) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		m.Time = parseTime(text)
		return nil
	}
	var n float64
	if json.Unmarshal(data, &n) != nil || math.IsNaN(n) || n <= 0 {
		return nil
	}
	for n > 1e11 { // a year beyond 5000 in seconds
		n /= 1000
	}
	m.Time = plausible(time.UnixMilli(int64(math.Round(n * 1000))))
	return nil
}

func parseTime(text string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999-07:00", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02"} {
		if t, err := time.Parse(layout, text); err == nil {
			return plausible(time.UnixMilli(t.UnixMilli()))
		}
	}
	return time.Time{}
}

// plausible drops times before computers and after tomorrow.
func plausible(t time.Time) time.Time {
	if t.Year() < 1970 || t.After(time.Now().Add(24*time.Hour)) {
		return time.Time{}
	}
	return t
}
