package jinja2

import (
	"strconv"

	"github.com/ardanlabs/jinja"
)

// maxRange is the most items that Jinja2's sandbox lets range give.
const maxRange = 100_000

// globals are the functions that every template may call.
func (r *render) globals() map[string]jinja.Value {
	all := map[string]native{
		"range":           r.rangeFunction,
		"dict":            r.dictFunction,
		"namespace":       r.namespaceFunction,
		"joiner":          r.joiner,
		"cycler":          r.cycler,
		"raise_exception": r.raise,
		"strftime_now": func(args []jinja.Value, named *jinja.Dict) jinja.Value {
			format := r.stringArg("strftime_now", bind("strftime_now", args, named, "format")[0])
			r.repeated(len(format), 32) // a directive of two bytes gives up to 64
			return r.text(strftime(r.now, format))
		},
	}
	values := make(map[string]jinja.Value, len(all))
	for name, fn := range all {
		values[variable(name)] = callable(name, fn)
	}
	return values
}

// raise is how templates refuse a conversation. Its message is the error's.
func (r *render) raise(args []jinja.Value, named *jinja.Dict) jinja.Value {
	fail("%s", r.str(bind("raise_exception", args, named, "message")[0]))
	return jinja.Value{}
}

// rangeFunction is Python's range. Its numbers are all made at once, so Jinja2's
// own bound on them matters here.
func (r *render) rangeFunction(args []jinja.Value, named *jinja.Dict) jinja.Value {
	bind("range", args, named, "start", "stop", "step")
	for _, a := range args {
		if !isWhole(a) {
			undefined(a)
			fail("range wants whole numbers, not a value of type %s", r.typeName(a))
		}
	}
	var start, stop, step int64 = 0, 0, 1
	switch len(args) {
	case 0:
		fail("range wants at least one number")
	case 1:
		stop = whole(args[0])
	default:
		start, stop = whole(args[0]), whole(args[1])
	}
	if len(args) == 3 {
		step = whole(args[2])
	}
	if step == 0 {
		fail("range has a step of zero")
	}
	var items []jinja.Value
	for i := start; step > 0 && i < stop || step < 0 && i > stop; {
		if len(items) == maxRange {
			fail("range gives more than %d numbers", maxRange)
		}
		items = append(items, jinja.NewInt(i))
		next := i + step
		if (next > i) != (step > 0) {
			break // past the largest number
		}
		i = next
	}
	return r.sequence(rangeList, items)
}

// attributes are the arguments of dict and namespace as one dict.
func (r *render) attributes(function string, args []jinja.Value, named *jinja.Dict) jinja.Value {
	d := jinja.NewDict()
	if from := bind(function, args, nil, "mapping")[0]; from.IsDict() {
		d = r.copyOf(from.AsDict())
	} else {
		for _, pair := range r.items(from) {
			p := r.unpack(pair, 2).AsList()
			d.AsDict().Set(r.key(p.Get(0)), p.Get(1))
		}
	}
	if named != nil {
		for _, key := range named.Keys {
			d.AsDict().Set(key, named.Data[key])
		}
	}
	return d
}

// dictFunction is Python's dict.
func (r *render) dictFunction(args []jinja.Value, named *jinja.Dict) jinja.Value {
	return r.attributes("dict", args, named)
}

// namespaceFunction makes the one object whose attributes a template may set; it
// carries values out of loops.
func (r *render) namespaceFunction(args []jinja.Value, named *jinja.Dict) jinja.Value {
	return newNamespace(r.attributes("namespace", args, named))
}

// joiner makes a function that returns nothing at first, and then the separator.
func (r *render) joiner(args []jinja.Value, named *jinja.Dict) jinja.Value {
	separator := bind("joiner", args, named, "sep")[0]
	if separator.IsUndefined() {
		separator = jinja.NewString(", ")
	}
	used := false
	return callable("joiner", r.niladic("joiner", func() jinja.Value {
		if !used {
			used = true
			return jinja.NewString("")
		}
		return separator
	}))
}

// cycler makes an object that goes round its values with next.
func (r *render) cycler(args []jinja.Value, named *jinja.Dict) jinja.Value {
	if len(args) == 0 {
		fail("cycler wants at least one value")
	}
	c, at := jinja.NewDict(), 0
	move := func(to int) jinja.Value {
		passed := args[at]
		at = to % len(args)
		c.AsDict().Set("current", args[at])
		return passed
	}
	move(0)
	c.AsDict().Set("next", callable("next", r.niladic("next", func() jinja.Value { return move(at + 1) })))
	c.AsDict().Set("reset", callable("reset", r.niladic("reset", func() jinja.Value { move(0); return jinja.None() })))
	return newNamespace(c)
}

// operations are the functions that a translation calls. Their names begin with
// an underscore; a variable of a template begins with v_ or u_.
func (r *render) operations() map[string]func(a []jinja.Value) jinja.Value {
	boolean := jinja.NewBool
	return map[string]func(a []jinja.Value) jinja.Value{
		"_print": func(a []jinja.Value) jinja.Value { return r.text(r.str(a[0])) },
		"_float": func(a []jinja.Value) jinja.Value {
			f, err := strconv.ParseFloat(a[0].AsString(), 64)
			if err != nil && f == 0 {
				fail("the number %s is not understood", a[0].AsString())
			}
			return jinja.NewFloat(f)
		},
		"_tuple":     func(a []jinja.Value) jinja.Value { return r.tuple(a...) },
		"_dict":      func(a []jinja.Value) jinja.Value { return r.dict(a) },
		"_attribute": func(a []jinja.Value) jinja.Value { return r.attribute(a[0], a[1].AsString()) },
		"_item":      func(a []jinja.Value) jinja.Value { return r.item(a[0], a[1]) },
		"_slice":     func(a []jinja.Value) jinja.Value { return r.slice(a[0], a[1], a[2], a[3]) },
		"_set":       func(a []jinja.Value) jinja.Value { r.set(a[0], a[1].AsString(), a[2]); return jinja.Undefined() },
		"_unpack":    func(a []jinja.Value) jinja.Value { return r.unpack(a[0], int(a[1].AsInt())) },
		"_iterate":   func(a []jinja.Value) jinja.Value { return jinja.NewList(r.items(a[0])) },
		"_round":     func(a []jinja.Value) jinja.Value { r.round(a[0].AsDict(), a[1]); return jinja.Undefined() },
		"_call":      func(a []jinja.Value) jinja.Value { return r.call(a[0], a[1].AsList().Items, named(a[2:])) },
		"_method": func(a []jinja.Value) jinja.Value {
			return r.callMethod(a[0], a[1].AsString(), a[2].AsList().Items, named(a[3:]))
		},
		"_filter": func(a []jinja.Value) jinja.Value {
			return r.filter(a[0].AsString(), a[1], a[2].AsList().Items, named(a[3:]))
		},
		"_test": func(a []jinja.Value) jinja.Value {
			return boolean(r.test(a[0].AsString(), a[1], a[2].AsList().Items, named(a[3:])))
		},
		"_compare": func(a []jinja.Value) jinja.Value { return boolean(r.chain(a)) },
		"_touch": func(a []jinja.Value) jinja.Value {
			a[0].AsDict().Set("", a[0])
			return jinja.Undefined()
		},
		"_escape": func(a []jinja.Value) jinja.Value {
			if !a[0].IsString() {
				r.mismatch("+", jinja.NewString(""), a[0])
			}
			return r.text(escapeMarkup(a[0].AsString()))
		},
		"_subtract":   func(a []jinja.Value) jinja.Value { return r.subtract(a[0], a[1]) },
		"_arithmetic": func(a []jinja.Value) jinja.Value { return r.arithmetic(a[0].AsString(), a[1], a[2]) },
		"_sign":       func(a []jinja.Value) jinja.Value { return r.sign(a[0].AsString(), a[1]) },
		"_add": func(a []jinja.Value) jinja.Value {
			sum := a[0]
			for _, v := range a[1:] {
				sum = r.add(sum, v)
			}
			return sum
		},
		"_concat": func(a []jinja.Value) jinja.Value {
			parts := make([]string, len(a))
			for i, v := range a {
				parts[i] = r.str(v)
			}
			return r.join(parts, "")
		},
		"_macro":   func(a []jinja.Value) jinja.Value { return r.macro(a) },
		"_missing": func(a []jinja.Value) jinja.Value { return boolean(r.isMissing(a[0])) },
		"_enter": func([]jinja.Value) jinja.Value {
			if r.macros++; r.macros > maxDepth {
				fail("more than %d macros call each other", maxDepth)
			}
			return jinja.Undefined()
		},
		"_leave": func([]jinja.Value) jinja.Value { r.macros--; return jinja.Undefined() },
	}
}

// named returns the named arguments of a call, which may have none.
func named(rest []jinja.Value) *jinja.Dict {
	if len(rest) == 0 {
		return nil
	}
	return rest[0].AsDict()
}

// chain is a comparison of values and the operators between them, such as
// 1 < x < 9.
func (r *render) chain(a []jinja.Value) bool {
	r.work(1)
	for i := 0; i+2 < len(a); i += 2 {
		if !r.compare(a[i+1].AsString(), a[i], a[i+2]) {
			return false
		}
	}
	return true
}

// round begins a round of a loop: it completes the library's loop variable.
func (r *render) round(loop *jinja.Dict, depth jinja.Value) {
	r.work(64)
	if loop.Has("depth") {
		return
	}
	loop.Set("depth", depth)
	loop.Set("depth0", jinja.NewInt(depth.AsInt()-1))
	var last *jinja.Value
	loop.Set("changed", callable("changed", func(args []jinja.Value, _ *jinja.Dict) jinja.Value {
		now := r.tuple(args...)
		changed := last == nil || !r.equal(*last, now)
		last = &now
		return jinja.NewBool(changed)
	}))
}
