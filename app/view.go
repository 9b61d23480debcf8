package app

import (
	"html/template"
	"iter"
	"slices"

	"notso/app/chat"
	"notso/app/markdown"
)

// The views are what the templates in frontend/templates show, one struct a
// fragment. They hold finished text: no template computes.

// pageView fills page.html, the whole window.
type pageView struct {
	Look         lookView
	SidebarOpen  bool
	SidebarWidth int // px; 0 is the usual
	Sidebar      sidebarView
	Results      resultsView // of the search over all chats; empty at first
	Conversation conversationView
	Palette      []paletteGroup
	Shortcuts    []keyView
	Status       statusView
	Banner       string // shown above the conversation when not empty, such as: no model yet, and how to get one
}

// conversationView fills conversation.html: turns of one branch and the composer
// below them.
type conversationView struct {
	stretchView
	ChatID      int64 // 0: a chat that does not exist until its first message
	Title       string
	Model       string // name of the model, for people
	Other       string // sentence: the chat was written with another model; "" for none
	OtherUse    string // key of that model, where it can be used
	Welcome     *welcomeView
	At          int64  // turn to show; 0 is the last
	Offset      int    // px of it that are above the window
	Greeting    string // shown when Turns is empty
	Gauge       gaugeView
	Thinking    thinkingView
	Draft       string
	Attachments attachmentsView
	Talk        talkView
	Queue       queueView // messages that wait for the end of the reply
	Running     bool      // a reply is being written: the send button stops it
}

// blocks are the rendered blocks of a text. They fill blocks.html.
type blocks []template.HTML

// groupSize is how many blocks of a text stand in a group: what is laid out anew
// when a reply grows is one group's blocks and the groups, see frontend/js/blocks.js.
const groupSize = 32

// Groups are the blocks in groups of groupSize, the last one smaller.
func (b blocks) Groups() iter.Seq[blocks] { return slices.Chunk(b, groupSize) }

// turnView fills turn.html.
type turnView struct {
	ID          int64
	User        bool
	Divider     string // shown above the turn: from here on the model starts afresh
	Text        blocks
	Reasoning   blocks
	Summary     string           // of the fold: "Thought for 4 s · 120 tokens", "Thinking: …"
	Files       []attachmentView // that went with a message
	Fold        string           // the reader's wish: open, closed or auto (also "")
	State       string           // chat.State
	Seq         int              // last reply event that Text and Reasoning contain
	Notice      string           // why it ended, a sentence; "" when it ended by itself
	FollowUps   []string         // what the user might say next; only for the last reply
	Parent      int64
	Fork        chat.Fork // its other versions
	Candidate   int       // its number among replies to choose from; else 0
	HasTokens   bool      // what its tokens could have been is kept
	Unseen      bool      // the model no longer sees it
	Pinned      bool      // stays when the context overflows
	Edited      bool      // a reply whose text the user has changed
	CanContinue bool
	CanRetry    bool // the model can write another reply in its place, or after it
	CanEdit     bool
	Stats       string // "128 tokens · 18.2 tok/s · first after 0.4 s"
	When        string // time, for people
}

// statusView fills status.html, the pill. It also travels as the event "status".
type statusView struct {
	State    string  `json:"state"`    // none, loading, ready, reading, thinking, writing, stopped, failed
	Text     string  `json:"text"`     // for people
	Fraction float64 `json:"fraction"` // of loading or reading, 0 to 1; negative where there is none
}

// gaugeView fills gauge.html, the share of the context in use. It also travels
// as the event "gauge".
type gaugeView struct {
	Chat    int64  `json:"chat"`
	Used    int    `json:"used"`  // tokens
	Limit   int    `json:"limit"` // tokens; 0 while no model is loaded
	Percent int    `json:"percent"`
	Level   string `json:"level"` // green, yellow (from 70 %), red (from 90 %)
	Text    string `json:"text"`  // "1,204 of 8,192 tokens"

	Uncounted bool `json:"-"` // the page is to ask for a count, see postCount
}

type thinkingView struct {
	Chat      int64  `json:"chat"`
	Available bool   `json:"available"`
	On        bool   `json:"on"`
	Why       string `json:"why"` // tooltip: what it does, or why it cannot be switched
}

// paletteGroup is one category of the command palette.
type paletteGroup struct {
	Name     string // Chat, Model, Utility, Quick actions
	Commands []paletteCommand
}

type paletteCommand struct {
	Name     string // without the slash
	Usage    string // "/temp [0–2]"
	Summary  string
	Icon     string // id of a symbol in the icon sprite
	TakesArg bool   // completing it leaves the cursor after a space
}

// toastView fills toast.html, which is swapped out of band into #toasts. It
// also travels as the event "toast".
type toastView struct {
	Text string `json:"text"`
	Undo string `json:"undo"` // path to POST to; "" for none
	Kind string `json:"kind"` // info or error
}

// replyEvent is the event "reply": the blocks of a running reply from one on.
type replyEvent struct {
	Chat  int64       `json:"chat"`
	Turn  int64       `json:"turn"`
	Seq   int         `json:"seq"` // counts from 1 within a turn
	Parts []replyPart `json:"parts"`
	Final bool        `json:"final"` // the page fetches /turns/{id} and swaps the turn
}

// replyPart replaces the blocks of one part from index From on by Blocks. With a
// patch the first of them is patched, and Blocks are those after it.
type replyPart struct {
	Part    string          `json:"part"` // text or reasoning
	From    int             `json:"from"`
	Patch   *markdown.Patch `json:"patch,omitempty"`
	Blocks  []string        `json:"blocks"`            // HTML from app/markdown
	Summary string          `json:"summary,omitempty"` // of the fold, for reasoning
}

// refreshEvent is the event "refresh": a fragment that the page shows is out of
// date, so it fetches it again.
type refreshEvent struct {
	What string `json:"what"` // sidebar, settings, models, conversation, heading, turn, defaults (of one model), or model (the pill, gauge and thinking toggle)
	Chat int64  `json:"chat,omitempty"`
	Turn int64  `json:"turn,omitempty"`

	Model string `json:"model,omitempty"` // its key on the page of models
}
