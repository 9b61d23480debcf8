package chat

// Segment is a run of turns of a chat's tree without a fork in it, and what
// follows it: no segment, or two and more.
type Segment struct {
	First Turn
	Turns int
	Shown bool // it is on the branch that is shown
	Next  []Segment
}

// Tree makes the segments of all turns of a chat, in the order in which their
// first turns were made. The branch that is shown ends with head.
func Tree(turns []Turn, head int64) []Segment {
	next := map[int64][]Turn{}
	parent := map[int64]int64{}
	for _, t := range turns {
		next[t.Parent] = append(next[t.Parent], t)
		parent[t.ID] = t.Parent
	}
	shown := map[int64]bool{}
	for id := head; id != 0; id = parent[id] {
		shown[id] = true
	}
	var grow func(list []Turn) []Segment
	grow = func(list []Turn) []Segment {
		var segments []Segment
		for _, t := range list {
			s := Segment{First: t, Turns: 1, Shown: shown[t.ID]}
			last := t
			for len(next[last.ID]) == 1 {
				last = next[last.ID][0]
				s.Turns++
			}
			s.Next = grow(next[last.ID])
			segments = append(segments, s)
		}
		return segments
	}
	return grow(next[0])
}
