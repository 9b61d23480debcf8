package jinja2

import (
	"slices"

	"github.com/ardanlabs/jinja"
)

// macro makes the function that a template calls of a macro of the library. a is
// the macro, its name, whether it uses varargs, kwargs and caller, and its parameters:
// each one's name, and whether it has a default.
func (r *render) macro(a []jinja.Value) jinja.Value {
	body, name := a[0].AsCallable().Fn, a[1].AsString()
	takesMore, takesNamed, takesCaller := a[2].AsBool(), a[3].AsBool(), a[4].AsBool()
	params := a[5].AsList().Items
	return callable(name, func(args []jinja.Value, named *jinja.Dict) jinja.Value {
		bound := make([]jinja.Value, 0, len(params)/2+len(specials))
		rest := jinja.NewDict()
		if named != nil {
			rest = r.copyOf(named)
		}
		for i := 0; i < len(params); i += 2 {
			bound = append(bound, r.argument(params[i].AsString(), params[i+1].AsBool(), i/2, args, rest.AsDict()))
		}
		more := args[min(len(args), len(params)/2):]
		if len(more) > 0 && !takesMore {
			fail("the macro %q takes at most %d arguments", name, len(params)/2)
		}
		caller := jinja.Undefined()
		if takesCaller {
			caller = take(rest.AsDict(), "caller")
		}
		if rest.AsDict().Len() > 0 && !takesNamed {
			fail("the macro %q takes no argument %q", name, rest.AsDict().Keys[0])
		}
		result, err := body(append(bound, r.tuple(more...), rest, caller), nil)
		if err != nil {
			panic(err)
		}
		return result
	})
}

// argument is the value of a macro's i-th parameter. What it takes of named goes.
func (r *render) argument(name string, hasDefault bool, i int, args []jinja.Value, named *jinja.Dict) jinja.Value {
	switch {
	case i < len(args):
		return args[i]
	case named.Has(name):
		return take(named, name)
	case hasDefault:
		return r.missing
	}
	return jinja.Undefined()
}

// isMissing tells whether v stands for an argument that was not given; an undefined
// value that was given is none.
func (r *render) isMissing(v jinja.Value) bool {
	return v.IsDict() && v.AsDict() == r.missing.AsDict()
}

// take returns d[key] and removes it; a missing one is undefined.
func take(d *jinja.Dict, key string) jinja.Value {
	v, ok := d.Get(key)
	if !ok {
		return jinja.Undefined()
	}
	delete(d.Data, key)
	d.Keys = slices.DeleteFunc(slices.Clone(d.Keys), func(k string) bool { return k == key })
	return v
}
