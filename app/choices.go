package app

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"notso/app/chat"
	"notso/app/words"
	"notso/engine"
)

// tokensPage is how many tokens the token view holds at once: more of them make
// a page heavy, and nobody looks at them one by one.
const tokensPage = 4000

// tokensView fills tokens.html: a reply token by token.
type tokensView struct {
	Turn   int64
	Tokens []tokenView
	Later  int // index of the first token of the next page; 0 for none
}

type tokenView struct {
	Index     int
	Text      string
	Label     string // for screen readers: the token and its probability
	Level     int    // 0 (surely this one) to 4 (one of many)
	Reasoning bool
	Break     bool // a line ends with it
}

// insteadView fills choice.html: what one token could have been instead.
type insteadView struct {
	Turn   int64
	Index  int
	Text   string
	Chance string
	Others []otherView
}

type otherView struct {
	Token  int32
	Text   string
	Chance string
	Width  string // of 100
	Can    bool   // a branch can begin with it
}

// keepChoices stores what the reply's tokens could have been. It tells whether
// they are all there, from the first token on.
func (r *reply) keepChoices() bool {
	if len(r.choices) == 0 {
		return false
	}
	return r.app.opts.Store.SetChoices(context.Background(), r.turn, encode(r.choices)) == nil
}

// choicesOf are those of a turn, nil when none are kept.
func (a *App) choicesOf(ctx context.Context, turn int64) ([]engine.Choice, error) {
	data, err := a.opts.Store.Choices(ctx, turn)
	if err != nil || data == nil {
		return nil, err
	}
	var list []engine.Choice
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("the choices of turn %d: %w", turn, err)
	}
	return list, nil
}

// BranchAt writes another reply beside turn: the same up to the token at index,
// and there the other token.
// Errors: chat.ErrBusy, chat.ErrNotFound, also when there is no such choice.
func (a *App) BranchAt(ctx context.Context, turnID int64, index int, token int32) (chat.Turn, error) {
	old, err := a.opts.Store.Turn(ctx, turnID)
	if err != nil {
		return old, err
	}
	list, err := a.choicesOf(ctx, turnID)
	if err != nil {
		return old, err
	}
	begun, ok := instead(list, index, token)
	if !ok {
		return old, words.Fail("choices.gone")
	}
	if _, err := a.open(ctx, old.Chat); err != nil {
		return old, err
	}
	defer a.unclaim(old.Chat)
	answer, err := a.opts.Store.StartReply(ctx, old.Chat, old.Parent, "")
	if err != nil {
		return old, err
	}
	resume := &engine.Partial{}
	for _, c := range begun {
		resume.Tokens = append(resume.Tokens, c.Token)
	}
	a.launch([]chat.Turn{answer}, a.modelSource(answer, TalkOptions{Choices: true}, resume), begun, nil)
	return answer, nil
}

// instead is the beginning of list up to index, where the other token is chosen;
// false when it was not among the others, or would end the reply.
func instead(list []engine.Choice, index int, token int32) ([]engine.Choice, bool) {
	if index < 0 || index >= len(list) {
		return nil, false
	}
	was := list[index]
	for i, o := range was.Others {
		if o.Token != token || o.End {
			continue
		}
		others := slices.Clone(was.Others)
		others[i] = engine.Other{Token: was.Token, Piece: was.Piece, Probability: was.Probability, End: was.End}
		slices.SortStableFunc(others, func(a, b engine.Other) int { return int(math.Copysign(1, b.Probability-a.Probability)) })
		return append(slices.Clone(list[:index]), engine.Choice{
			Token: o.Token, Piece: o.Piece, Probability: o.Probability, Others: others, Reasoning: was.Reasoning,
		}), true
	}
	return nil, false
}

func (a *App) getTokens(ctx context.Context, r request) (answer, error) {
	list, err := a.choicesOf(ctx, r.id())
	if err != nil {
		return answer{}, err
	}
	if list == nil {
		return answer{}, words.Fail("choices.none")
	}
	from, _ := r.number("from")
	first := min(max(int(from), 0), len(list))
	view := tokensView{Turn: r.id()}
	for i, c := range list[first:] {
		if i == tokensPage {
			view.Later = first + i
			break
		}
		if c.End {
			continue
		}
		view.Tokens = append(view.Tokens, tokenView{
			Index: first + i, Text: strings.ReplaceAll(c.Piece, "\n", "↵"), Level: level(c.Probability), Reasoning: c.Reasoning,
			Label: a.say("choices.token", visible(c.Piece), a.percent(c.Probability)), Break: strings.Contains(c.Piece, "\n"),
		})
	}
	return show(fragment{Name: "tokens.html", View: view}), nil
}

func (a *App) getChoice(ctx context.Context, r request) (answer, error) {
	list, err := a.choicesOf(ctx, r.id())
	if err != nil {
		return answer{}, err
	}
	index, _ := r.number("at")
	if index < 0 || int(index) >= len(list) {
		return answer{}, chat.ErrNotFound
	}
	c := list[index]
	view := insteadView{Turn: r.id(), Index: int(index), Text: visible(c.Piece), Chance: a.percent(c.Probability)}
	for _, o := range c.Others {
		text := visible(o.Piece)
		if o.End {
			text = a.say("choices.end")
		}
		view.Others = append(view.Others, otherView{
			Token: o.Token, Text: text, Chance: a.percent(o.Probability), Width: fmt.Sprintf("%.1f", 100*o.Probability), Can: !o.End,
		})
	}
	return show(fragment{Name: "choice.html", View: view}), nil
}

func (a *App) postBranch(ctx context.Context, r request) (answer, error) {
	at, _ := r.number("at")
	token, _ := r.number("token")
	t, err := a.BranchAt(ctx, r.id(), int(at), int32(token))
	if err != nil {
		return answer{}, err
	}
	return a.redraw(ctx, t.Chat)
}

// level sorts probabilities into five, by how many bits the choice was worth.
func level(p float64) int {
	switch {
	case p >= 0.9:
		return 0
	case p >= 0.6:
		return 1
	case p >= 0.3:
		return 2
	case p >= 0.1:
		return 3
	}
	return 4
}

func (a *App) percent(p float64) string {
	digits := 0
	if p < 0.01 {
		digits = 2
	}
	return a.say("choices.percent", a.language().Decimal(100*p, digits))
}

// visible shows white space that is all there is of a token, or at its ends.
func visible(piece string) string {
	piece = strings.ReplaceAll(strings.ReplaceAll(piece, "\n", "↵"), "\t", "⇥")
	if trimmed := strings.TrimLeft(piece, " "); trimmed != piece {
		piece = strings.Repeat("␣", len(piece)-len(trimmed)) + trimmed
	}
	return piece
}
