package jinja2

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ardanlabs/jinja"

	"notso/engine"
)

// hostile templates would take all memory, all time or the whole stack of a
// renderer that lets them.
var hostile = []struct{ name, template string }{
	{"a macro calls itself", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"},
	{"two macros call each other", "{% macro f() %}{{ g() }}{% endmacro %}{% macro g() %}{{ f() }}{% endmacro %}{{ f() }}"},
	{"a macro calls itself through its caller", "{% macro f() %}{{ caller() }}{% call f() %}{{ f() }}{% endcall %}{% endmacro %}{% call f() %}{% endcall %}"},
	{"a macro calls itself in its default", "{% macro f(a=f()) %}{% endmacro %}{{ f() }}"},
	{"a recursive loop never ends", "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}"},
	{"a text is repeated", "{{ 'A' * 8000000000000 }}"},
	{"a text is repeated past the largest number", "{{ 'AB' * 9223372036854775807 }}"},
	{"a list is repeated", "{{ [1, 2] * 8000000000000 }}"},
	{"a range is long", "{% for i in range(1000000000) %}{% endfor %}"},
	{"a text doubles", "{% set ns = namespace(s='A') %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}"},
	{"a text doubles by join", "{% set ns = namespace(s='A') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}"},
	{"a text doubles by replace", "{% set ns = namespace(s='A') %}{% for i in range(99) %}{% set ns.s = ns.s.replace('A', 'AA') %}{% endfor %}"},
	{"a text doubles in blocks", "{% set ns = namespace(s='A') %}{% for i in range(99) %}{% set x %}{{ ns.s }}{{ ns.s }}{% endset %}{% set ns.s = x %}{% endfor %}"},
	{"a list doubles", "{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}"},
	{"a namespace holds itself", "{% set ns = namespace() %}{% set ns.a = ns %}{{ ns }}"},
	{"a number grows", "{{ 9 ** 99 ** 9 }}"},
	{"a place is wide", "{{ '%999999999999d' % 1 }}"},
	{"a place is wide by its own value", "{{ '%*d' % (999999999999, 1) }}"},
	{"a place is wide in braces", "{{ '{:999999999999}'.format(1) }}"},
	{"a place is exact", "{{ '%.999999999f' % 1 }}"},
	{"a text is centred far off", "{{ 'a'.center(999999999999) }}"},
	{"a text is indented far in", "{{ 'a\nb'|indent(999999999999) }}"},
	{"JSON is indented far in", "{{ [1]|tojson(indent=999999999999) }}"},
	{"a batch is filled up", "{{ [1]|batch(9223372036854775807, 0)|list }}"},
	{"a list is sliced finely", "{{ [1]|slice(9223372036854775807)|list }}"},
	{"a date is long", "{{ strftime_now('%c' * 999999) }}"},
	{"a join is long", "{% set s = 'A' * 99999 %}{{ s|join('A' * 99999) }}"},
	{"brackets stand in brackets", "{{ " + strings.Repeat("(", 100000) + "1" + strings.Repeat(")", 100000) + " }}"},
	{"lists stand in lists", "{{ " + strings.Repeat("[", 100000) + strings.Repeat("]", 100000) + " }}"},
	{"signs stand before signs", "{{ " + strings.Repeat("- ", 100000) + "1 }}"},
	{"nots stand before nots", "{{ " + strings.Repeat("not ", 100000) + "1 }}"},
	{"filters follow filters", "{{ 1" + strings.Repeat("|d", 100000) + " }}"},
	{"attributes follow attributes", "{{ a" + strings.Repeat(".a", 100000) + " }}"},
	{"blocks stand in blocks", strings.Repeat("{% if 1 %}", 20000)},
	{"the template is large", strings.Repeat("x", maxSource+1)},
	{"the translation is large", strings.Repeat("{% with %}", 50) + manyAssignments + strings.Repeat("{% endwith %}", 50)},
}

// endless templates take nothing but time.
var endless = []struct{ name, template string }{
	{"loops stand in loops", "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"},
	{"a loop prints", "{% for a in range(99999) %}{% for b in range(99999) %}xxxxxxxxxxxxxxxx{% endfor %}{% endfor %}"},
	{"a value doubles and is printed", "{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s }}"},
	{"a value doubles and is compared", "{% set ns = namespace(s=[1], t=[1]) %}{% for i in range(99) %}{% set ns.s = [ns.s, ns.s] %}{% set ns.t = [ns.t, ns.t] %}{% endfor %}{{ ns.s == ns.t }}"},
	{"a value doubles and becomes JSON", "{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}{{ ns.s|tojson }}"},
	{"a value doubles and is sorted", "{% set ns = namespace(s=[1], t=[1]) %}{% for i in range(99) %}{% set ns.s = [ns.s, ns.s] %}{% set ns.t = [ns.t, ns.t] %}{% endfor %}{{ [ns.s, ns.t]|sort }}"},
}

var manyAssignments = func() string {
	var b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&b, "{%% set v%d = 1 %%}", i)
	}
	return b.String()
}()

func TestHostileTemplatesEndWithAnError(t *testing.T) {
	for _, h := range hostile {
		t.Run(h.name, func(t *testing.T) {
			text, err := renderJSON(h.template, []byte("{}"), time.Time{})
			var refused *engine.TemplateError
			if !errors.As(err, &refused) {
				t.Fatalf("gave %d bytes and the error %v, want an engine.TemplateError", len(text), err)
			}
		})
	}
}

func TestEndlessTemplatesEndWithTheirContext(t *testing.T) {
	for _, e := range endless {
		t.Run(e.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			if _, err := renderWith(ctx, e.template); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("gave the error %v, want the context's own", err)
			}
		})
	}
}

func TestEndlessTemplatesEndByThemselves(t *testing.T) {
	_, err := renderWith(t.Context(), endless[0].template)
	var refused *engine.TemplateError
	if !errors.As(err, &refused) || refused.Reason != errTime.Error() {
		t.Errorf("gave the error %v, want an engine.TemplateError that says %q", err, errTime)
	}
}

func renderWith(ctx context.Context, source string) (string, error) {
	t, err := Parse(source)
	if err != nil {
		return "", err
	}
	return t.Render(ctx, jinja.NewDict(), time.Time{})
}

func FuzzRender(f *testing.F) {
	for _, h := range hostile {
		f.Add(h.template[:min(len(h.template), 500)])
	}
	for _, e := range endless {
		f.Add(e.template)
	}
	for _, s := range []string{
		"{%- for m in messages if m.role -%}{{ loop.index }}{{ m.content|trim }}{%- endfor -%}",
		"{% macro f(a, b=[1]) %}{{ a ~ b }}{% endmacro %}{% call(x) f(1, b=2) %}{{ x }}{% endcall %}",
		"{% set ns = namespace(a=1) %}{% set ns.a %}x{% endset %}{{ ns.a[::-1] }}{{ '{:>{}}'.format('a', 3) }}",
		"{% filter upper|indent(2) %}a{% generation %}b{% endgeneration %}{% endfilter %}{% raw %}{{ {% endraw %}",
		"{{ {'a': (1, 2.5)}|tojson(indent=2) }}{{ 'a' if x is defined else 'b' }}{{ 1 < 2 <= 3 }}{# c #}",
		"{{ '%5.1f|%-3s|%(a)s' % {'a': 1} }}{{ strftime_now('%-d %B') }}{{ l|map(attribute='a.0')|list }}",
	} {
		f.Add(s)
	}
	vars, err := FromJSON([]byte(`{"messages": [{"role": "user", "content": "Hi"}], "l": [{"a": [1]}], "x": 1.5}`))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, source string) {
		template, err := Parse(source)
		if err == nil {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			start := time.Now()
			_, err = template.Render(ctx, vars, time.Unix(0, 0).UTC())
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
		}
		var refused *engine.TemplateError
		if err != nil && !errors.As(err, &refused) && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the error %v is no engine.TemplateError", err)
		}
		if refused != nil && strings.HasPrefix(refused.Reason, "runtime error") {
			t.Errorf("a bug: %v", refused)
		}
	})
}
