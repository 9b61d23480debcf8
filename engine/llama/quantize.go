package llama

import (
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"

	yzma "github.com/hybridgroup/yzma/pkg/llama"
)

// Quantize writes the model at from once more at to, its weights stored as
// fileType says, a value of llama.cpp's enum llama_ftype. Weights that are
// quantised already are taken as they are known. progress, which may be nil, is
// told after each tensor how many of all are done; C code calls it, so it must
// not call this package.
//
// llama.cpp ends the process for some files and types, and cannot be told to
// stop: call it in a process that may die. Errors: its reason as a clause.
func (l *Library) Quantize(from, to string, fileType int, progress func(done, total int)) error {
	params := yzma.ModelQuantizeDefaultParams()
	params.Ftype = yzma.Ftype(fileType)
	params.NThread = int32(runtime.NumCPU())
	params.AllowRequantize = 1
	l.log.forget()
	if progress != nil {
		l.log.listen(func(line string) {
			if done, total, ok := tensorCount(line); ok {
				progress(done, total)
			}
		})
		defer l.log.listen(nil)
	}
	if code := yzma.ModelQuantize(from, to, &params); code != 0 {
		if reason := l.log.reason(); reason != "" {
			return errors.New(reason)
		}
		return fmt.Errorf("code %d", code)
	}
	return nil
}

// tensorCount reads 3 and 326 out of "[   3/ 326] blk.0.attn_k.weight - …".
func tensorCount(line string) (done, total int, ok bool) {
	inside, _, found := strings.Cut(strings.TrimPrefix(line, "["), "]")
	a, b, slash := strings.Cut(inside, "/")
	if !found || !slash || !strings.HasPrefix(line, "[") {
		return 0, 0, false
	}
	done, errDone := strconv.Atoi(strings.TrimSpace(a))
	total, errTotal := strconv.Atoi(strings.TrimSpace(b))
	return done, total, errDone == nil && errTotal == nil && done >= 0 && done <= total
}
