package fetch

import (
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// statusError reads an answer that is not the file.
func statusError(answer *http.Response) error {
	return &StatusError{Code: answer.StatusCode, After: retryAfter(answer.Header.Get("Retry-After"), time.Now())}
}

// retryAfter reads the header of that name: seconds, or a date.
func retryAfter(text string, now time.Time) time.Duration {
	seconds, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		at, err := http.ParseTime(text)
		if err != nil {
			return 0
		}
		seconds = int(at.Sub(now).Seconds())
	}
	return time.Duration(min(max(seconds, 0), longestWait)) * time.Second
}

// plain refuses an answer whose bytes are not those of the file.
func plain(answer *http.Response) error {
	if encoding := answer.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return &ContentError{Reason: fmt.Sprintf("the server packs the file (%q), which it was asked not to", encoding)}
	}
	if kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type")); kind == "text/html" || kind == "application/xhtml+xml" {
		return &ContentError{Reason: "the server answered with a web page instead of the file; if this network wants a login, log in first"}
	}
	return nil
}

// validator is the answer's ETag where it tells two versions apart byte by
// byte, else "".
func validator(answer *http.Response) string {
	if tag := answer.Header.Get("ETag"); strings.HasPrefix(tag, `"`) {
		return tag
	}
	return ""
}

// contentRange reads "bytes 5-9/10". ok is false for anything else.
func contentRange(text string) (first, last, total int64, ok bool) {
	rest, found := strings.CutPrefix(text, "bytes ")
	span, size, found2 := strings.Cut(rest, "/")
	from, to, found3 := strings.Cut(span, "-")
	if !found || !found2 || !found3 {
		return 0, 0, 0, false
	}
	var err [3]error
	first, err[0] = strconv.ParseInt(from, 10, 64)
	last, err[1] = strconv.ParseInt(to, 10, 64)
	total, err[2] = strconv.ParseInt(size, 10, 64)
	return first, last, total, err == [3]error{} && first >= 0 && first <= last && last < total
}
