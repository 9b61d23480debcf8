package clitest

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// checkJSON wants a file, or what the last program said ("stdout"), to be JSON
// and nothing else: one value, or one a line.
func checkJSON(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: json stdout|FILE")
	}
	decoder, values := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0]))), 0
	for {
		var value any
		err := decoder.Decode(&value)
		if errors.Is(err, io.EOF) {
			break
		}
		ts.Check(err)
		values++
	}
	if values == 0 {
		ts.Fatalf("%s holds no value", args[0])
	}
}
