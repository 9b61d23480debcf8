package runner

import (
	"slices"

	"notso/engine/llama"
)

// standing is a prompt that was the last thing to be evaluated, before anybody
// asked for the reply to it. Its logits stand in the context until the next batch:
// a reply that comes before that samples its first token at once.
type standing struct {
	tokens []llama.Token // none: nothing stands
	index  int           // of the last of them in the batch
}

// stand notes that the share's job has evaluated all of a prompt.
func (s *scheduler) stand(sh share) {
	if sh.logits >= 0 && len(s.shares) == 1 {
		s.standing = standing{sh.job.tokens, sh.logits}
	}
}

// stands tells whether the first token of a reply can be sampled without
// evaluating anything. Called between batches.
func (s *scheduler) stands(j *job) bool {
	return j.writer != nil && j.recorded == nil && len(j.tokens) > 0 && slices.Equal(s.standing.tokens, j.tokens)
}
