package jinja2

import (
	"context"
	"fmt"
	"time"

	"github.com/ardanlabs/jinja"

	"notso/engine"
)

// Template is a parsed template. It may be rendered concurrently.
type Template struct {
	compiled *jinja.Template
	reads    map[string]bool
}

// Parse reads a template. Its error is an *engine.TemplateError with the line.
func Parse(source string) (t *Template, err error) {
	defer recoverInto(&err)
	translation, reads := translate(source)
	compiled, err := jinja.Compile(translation)
	if err != nil {
		return nil, &engine.TemplateError{Reason: err.Error()}
	}
	return &Template{compiled: compiled, reads: reads}, nil
}

// Reads tells whether the template reads a variable of that name, be it one that
// it sets itself.
func (t *Template) Reads(name string) bool { return t.reads[name] }

// Render runs the template with the variables in the dict vars; now is what
// strftime_now sees. It ends within two seconds, or soon after ctx does.
// Errors: *engine.TemplateError, or the cause of ctx's end.
func (t *Template) Render(ctx context.Context, vars jinja.Value, now time.Time) (text string, err error) {
	defer recoverInto(&err)
	if !vars.IsDict() {
		return "", &engine.TemplateError{Reason: "its variables are not an object"}
	}
	ctx, cancel := context.WithTimeoutCause(ctx, maxTime, errTime)
	defer cancel()
	if err := context.Cause(ctx); err != nil {
		return "", err
	}

	r := newRender(ctx, now)
	data := r.globals()
	for name, op := range r.operations() {
		data[name] = jinja.NewCallable(name, func(args []jinja.Value, _ map[string]jinja.Value) (jinja.Value, error) {
			return op(args), nil
		})
	}
	for _, key := range vars.AsDict().Keys {
		data[variable(key)] = vars.AsDict().Data[key]
	}
	text, err = t.compiled.RenderValues(data)
	if err != nil {
		return "", &engine.TemplateError{Reason: err.Error()}
	}
	if len(text) > maxOutput {
		return "", &engine.TemplateError{Reason: fmt.Sprintf("it makes a text of more than %d MiB", maxOutput>>20)}
	}
	return text, nil
}

// recoverInto turns a panic of this package, or of the library, into an error.
func recoverInto(err *error) {
	switch p := recover().(type) {
	case nil:
	case failure:
		*err = &engine.TemplateError{Reason: p.reason}
	case stopped:
		*err = p.cause
		if p.cause == errTime {
			*err = &engine.TemplateError{Reason: p.cause.Error()}
		}
	default:
		*err = &engine.TemplateError{Reason: fmt.Sprint(p)}
	}
}
