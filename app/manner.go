package app

import (
	"notso/app/chat"
	"notso/app/config"
	"notso/engine"
)

// mannerOf is what a chat sets for itself, in the words of the settings.
func mannerOf(s chat.Settings) config.Manner {
	m := config.Manner{
		System: s.System, Thinking: engine.Thinking(s.Thinking), Temperature: s.Temperature,
		TopK: s.TopK, TopP: s.TopP, MinP: s.MinP, RepeatPenalty: s.RepeatPenalty,
		PresencePenalty: s.PresencePenalty, FrequencyPenalty: s.FrequencyPenalty, MaxTokens: s.MaxTokens,
	}
	if s.ThinkingBudget != nil {
		m.ThinkingBudget = *s.ThinkingBudget
	}
	return m
}

// withManner is s with everything that a manner sets taken from m.
func withManner(s chat.Settings, m config.Manner) chat.Settings {
	s.System, s.Thinking, s.Temperature = m.System, string(m.Thinking), m.Temperature
	s.TopK, s.TopP, s.MinP, s.RepeatPenalty = m.TopK, m.TopP, m.MinP, m.RepeatPenalty
	s.PresencePenalty, s.FrequencyPenalty, s.MaxTokens = m.PresencePenalty, m.FrequencyPenalty, m.MaxTokens
	s.ThinkingBudget = nil
	if m.ThinkingBudget != 0 {
		s.ThinkingBudget = &m.ThinkingBudget
	}
	return s
}

// budgetFor is the most tokens of reasoning in a reply of the chat, 0 for no
// limit.
func budgetFor(s chat.Settings, settings config.Config) int {
	if s.ThinkingBudget != nil {
		return *s.ThinkingBudget
	}
	return settings.ThinkingBudget
}

// samplingFor is how the chat draws tokens: what is advised for the model, then
// the settings (for all models, or for this one), then the chat's own.
func samplingFor(s chat.Settings, settings config.Config, recommended engine.Sampling) engine.Sampling {
	return mannerOf(s).Sampling(settings.Sampling(recommended))
}
