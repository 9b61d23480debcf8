package remote

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"notso/engine"
)

// maxReason is how many runes of a server's own words are passed on.
const maxReason = 300

// refusal explains an answer whose status is not 200.
func (c client) refusal(answer *http.Response) error {
	data, _ := io.ReadAll(io.LimitReader(answer.Body, maxBody)) // what came is enough
	said := readError(data)
	e := c.failure(engine.RemoteRefused, answer.StatusCode, said.Message)
	switch status := answer.StatusCode; {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		e.Kind = engine.RemoteUnauthorised
	case status == http.StatusNotFound:
		e.Kind = engine.RemoteNoModel
	case status == http.StatusTooManyRequests:
		e.Kind, e.RetryAfter = engine.RemoteBusy, retryAfter(answer.Header.Get("Retry-After"))
	case status >= 500:
		e.Kind = engine.RemoteFailed
	case status >= 300 && status < 400:
		e.Reason = "it sends requests on to another address, which are not followed"
	case status < 300:
		e.Kind, e.Reason = engine.RemoteGarbled, "its answer is not one to such a request"
	case status == http.StatusBadRequest:
		if long := tooLong(said); long != nil {
			return long
		}
	}
	return e
}

// readError finds the server's words, wherever it puts them.
func readError(data []byte) wireError {
	var body errorBody
	var said wireError
	if json.Unmarshal(data, &body) != nil {
		return said
	}
	if json.Unmarshal(body.Error, &said) == nil && said.Message != "" {
		return said
	}
	json.Unmarshal(data, &said)
	for _, words := range []json.RawMessage{body.Error, body.Detail} { // a plain text, in some servers
		json.Unmarshal(words, &said.Message)
	}
	return said
}

// vLLM and others say in words how long a prompt is.
var (
	contextWords = regexp.MustCompile(`maximum context length (?:is|of) (\d+) tokens`)
	promptWords  = regexp.MustCompile(`(\d+) (?:tokens )?(?:in the messages|input tokens|tokens in)|requested (\d+) tokens`)
)

// tooLong recognises the refusal of a prompt that the context does not hold, nil
// for any other.
func tooLong(said wireError) error {
	if said.Context > 0 && said.PromptTokens > 0 {
		return &engine.PromptTooLongError{Tokens: said.PromptTokens, Limit: said.Context}
	}
	limit := contextWords.FindStringSubmatch(said.Message)
	if limit == nil {
		return nil
	}
	long := &engine.PromptTooLongError{}
	long.Limit, _ = strconv.Atoi(limit[1])
	if n := promptWords.FindStringSubmatch(said.Message); n != nil {
		long.Tokens, _ = strconv.Atoi(cmp.Or(n[1], n[2]))
	}
	long.Tokens = max(long.Tokens, long.Limit)
	return long
}

// retryAfter reads the header of that name, in seconds or as a date.
func retryAfter(text string) time.Duration {
	if n, err := strconv.Atoi(text); err == nil && n > 0 {
		return time.Duration(min(n, 24*60*60)) * time.Second
	}
	if at, err := http.ParseTime(text); err == nil {
		return max(0, time.Until(at)).Round(time.Second)
	}
	return 0
}

// clip makes a server's words fit for a sentence.
func clip(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	text = strings.TrimRight(strings.Join(strings.Fields(text), " "), ". ")
	if runes := []rune(text); len(runes) > maxReason {
		return string(runes[:maxReason]) + "…"
	}
	return text
}

func first(values ...int) int {
	for _, v := range values {
		if v > 0 {
			return v
		}
	}
	return 0
}
