package overflow

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"notso/engine"
)

// chatOf makes a chat of roles (s, u, a, t; capital: pinned), each message with
// its size, such as "s10 u5 a20".
func chatOf(t *testing.T, text string) (c Chat) {
	t.Helper()
	roles := map[string]engine.Role{"s": engine.RoleSystem, "u": engine.RoleUser, "a": engine.RoleAssistant, "t": engine.RoleTool}
	for _, word := range strings.Fields(text) {
		var size int
		if _, err := fmt.Sscan(word[1:], &size); err != nil {
			t.Fatal(err)
		}
		role := strings.ToLower(word[:1])
		c.Messages = append(c.Messages, engine.Message{Role: roles[role], Pinned: role != word[:1]})
		c.Sizes = append(c.Sizes, size)
	}
	return c
}

func TestDrop(t *testing.T) {
	const limit = 100 // so that 75 are left
	tests := []struct {
		name    string
		chat    string
		resumed int
		want    []int
	}{
		{"what fits stays", "s10 u30 a30 u30", 0, nil},
		{"the oldest turn goes, whole", "s10 u20 a20 u20 a20 u20", 0, []int{1, 2}},
		{"as many as leave a quarter free", "s10 u10 a10 u10 a10 u10 a10 u10 a10 u20", 0, []int{1, 2, 3, 4}},
		{"the system prompt and what it says later stay", "s10 u20 a20 s5 u20 a20 u20", 0, []int{1, 2}},
		{"a pinned message keeps its turn", "s10 U20 a20 u20 a20 u20", 0, []int{3, 4}},
		{"a pinned reply keeps its question", "s10 u20 A20 u20 a20 u20", 0, []int{3, 4}},
		{"tools go with their turn", "u10 a10 t30 a10 u10 a10 u30", 0, []int{0, 1, 2, 3}},
		{"a greeting goes first", "s10 a20 u20 a30 u40", 0, []int{1, 2, 3}},
		{"the last turn stays, however long", "s10 u20 a20 u200", 0, []int{1, 2}},
		{"a reply that goes on counts", "u20 a20 u20", 50, []int{0, 1}},
		{"messages of the user alone", "u40 u40 u40", 0, []int{0, 1}},
		{"no messages", "", 0, nil},
	}
	for _, test := range tests {
		c := chatOf(t, test.chat)
		c.Resumed = test.resumed
		if got := c.Drop(limit); !slices.Equal(got, test.want) {
			t.Errorf("%s: of %q %v are dropped, want %v", test.name, test.chat, got, test.want)
		}
	}
}

// A random chat is asked again after each message, as a growing chat is.
func TestAChatThatGrows(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		limit := 200 + random.IntN(300)
		var c Chat
		c.Fixed = random.IntN(20)
		var last []int
		drops := 0
		for n := range 400 {
			m := engine.Message{Role: engine.RoleUser, Pinned: random.IntN(60) == 0 && n < 100}
			if n%2 == 1 {
				m.Role = engine.RoleAssistant
			}
			c.Messages, c.Sizes = append(c.Messages, m), append(c.Sizes, 1+random.IntN(40))
			dropped := c.Drop(limit)
			if !slices.Equal(dropped[:min(len(last), len(dropped))], last) && !pinnedTurn(c) {
				t.Fatalf("message %d: %v were dropped, then %v", n, last, dropped)
			}
			kept := Without(c.Messages, dropped)
			if len(kept)+len(dropped) != len(c.Messages) {
				t.Fatalf("%d of %d messages are kept, %d dropped", len(kept), len(c.Messages), len(dropped))
			}
			for i, m := range kept {
				if want := c.Messages[i%2].Role; m.Role != want {
					t.Fatalf("message %d: the roles do not alternate", n)
				}
			}
			if len(dropped) > len(last) {
				drops++
				if size, essential := c.Size(dropped), c.Size(c.Drop(0)); size > limit-limit/headroom && size != essential {
					t.Fatalf("after dropping, %d of %d tokens are used", size, limit)
				}
			}
			last = dropped
		}
		if drops < 4 || drops > 200 {
			t.Errorf("a chat of 400 messages dropped some %d times, with a limit of %d", drops, limit)
		}
	}
}

// pinnedTurn tells whether the last message's turn has a pinned one: a reply that
// is pinned later keeps what could have gone before.
func pinnedTurn(c Chat) bool {
	turns := c.turns()
	return turns[len(turns)-1].pinned
}

func TestALongChatIsGoneThroughOnce(t *testing.T) {
	c := Chat{Fixed: 100}
	for n := range 200_000 {
		role := engine.RoleUser
		if n%2 == 1 {
			role = engine.RoleAssistant
		}
		c.Messages, c.Sizes = append(c.Messages, engine.Message{Role: role}), append(c.Sizes, 200)
	}
	dropped := c.Drop(30_000)
	if size := c.Size(dropped); size > 30_000 || size < 20_000 {
		t.Errorf("%d tokens are kept", size)
	}
}
