// Package jinja2 renders chat templates as the transformers library does: with
// Jinja2, sandboxed, trim_blocks and lstrip_blocks set, loop controls, the
// generation tag, and transformers' own tojson, raise_exception and
// strftime_now. A template gives the same text here, byte for byte, or is
// refused where Jinja2 refuses it.
//
// The work is shared with github.com/ardanlabs/jinja, which evaluates. Its
// reading of the language is looser than Jinja2's (it prints none as nothing,
// keeps a round's assignments for the next, sorts the keys of indented JSON),
// and it has no limits: a macro that calls itself takes the whole stack, which
// no Go program survives. So a template is translated first. A translator reads
// it by Jinja2's own grammar and writes it again in the small part of the
// language in which both agree (if, for, set, macro, and, or, not), with calls
// for all the rest: operators, attributes, filters, tests and methods become
// functions of this package. {{ a + b|upper }} becomes
//
//	{{_print(_add(v_a,_filter('upper',v_b,[])))}}
//
// As every step passes through a function of ours, each render has a budget of
// time, memory and depth, and ends with an *engine.TemplateError when it is
// spent. No template is known that outlives it; the worker process stands behind
// it for the unknown ones.
//
// Not supported, because no chat template has a use for it: inheritance and
// inclusion, *args and **kwargs in calls, numbers beyond 64 bits, and the filters
// that make links and attributes of HTML. Known to differ, for the same reason:
//   - Text marked safe escapes what is added to it within one expression only.
//   - A macro that is called inside a with block sees that block's variables.
//   - A variable that is given, and assigned anew only after a loop or a macro that
//     reads it, is undefined there in Jinja2.
//   - All operands of a chained comparison are evaluated.
//   - A few calls that Python refuses for the shape of their arguments work.
//
// testdata/rules.json has a case for each rule; Jinja2 itself wrote the results.
package jinja2
