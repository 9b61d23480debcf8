package jinja2

import (
	"slices"

	"github.com/ardanlabs/jinja"
)

// native is a function that a template may call. named may be nil.
type native func(args []jinja.Value, named *jinja.Dict) jinja.Value

// callable makes a value of fn. Named arguments come as one ordered dict, under
// the empty name, because the library's map would forget their order.
func callable(name string, fn native) jinja.Value {
	return jinja.NewCallable(name, func(args []jinja.Value, named map[string]jinja.Value) (jinja.Value, error) {
		if d, ok := named[""]; ok {
			return fn(args, d.AsDict()), nil
		}
		return fn(args, nil), nil
	})
}

// call calls a value of the template.
func (r *render) call(fn jinja.Value, args []jinja.Value, named *jinja.Dict) jinja.Value {
	r.work(len(args))
	undefined(fn)
	if r.typeName(fn) != "function" {
		fail("a value of type %s cannot be called", r.typeName(fn))
	}
	var byName map[string]jinja.Value
	if named != nil && named.Len() > 0 {
		d := jinja.NewDict()
		*d.AsDict() = *named
		byName = map[string]jinja.Value{"": d}
	}
	result, err := fn.AsCallable().Fn(args, byName)
	if err != nil {
		panic(err)
	}
	return result
}

// attribute is value.name: an attribute, else an item.
func (r *render) attribute(v jinja.Value, name string) jinja.Value {
	r.work(1)
	if v.IsUndefined() {
		fail("it takes %q of a value that is undefined", name)
	}
	if attributes, ok := namespace(v); ok {
		got, _ := attributes.Get(name)
		return got
	}
	if m, ok := r.method(v, name); ok {
		return m
	}
	if v.IsList() && r.groups[v.AsList()] {
		switch name {
		case "grouper":
			return v.AsList().Get(0)
		case "list":
			return v.AsList().Get(1)
		}
	}
	if v.IsDict() {
		got, _ := v.AsDict().Get(r.key(jinja.NewString(name)))
		return got
	}
	return jinja.Undefined()
}

// item is value[key]: an item, else an attribute.
func (r *render) item(v, key jinja.Value) jinja.Value {
	r.work(1)
	switch {
	case v.IsUndefined():
		fail("it takes item %s of a value that is undefined", r.repr(key))
	case v.IsDict() && !key.IsList() && !key.IsDict():
		if got, ok := v.AsDict().Get(r.key(key)); ok {
			return got
		}
	case v.IsList() && isWhole(key) && r.kind(v) <= rangeList:
		if i, ok := index(whole(key), v.AsList().Len()); ok {
			return v.AsList().Get(i)
		}
	case v.IsString() && isWhole(key):
		runes := r.runes(v.AsString())
		if i, ok := index(whole(key), len(runes)); ok {
			return jinja.NewString(string(runes[i]))
		}
	}
	if key.IsString() && !v.IsDict() {
		return r.attribute(v, key.AsString())
	}
	if key.IsString() {
		m, _ := r.method(v, key.AsString())
		return m
	}
	return jinja.Undefined()
}

// index resolves an index that may count from the end.
func index(i int64, length int) (int, bool) {
	if i < 0 {
		i += int64(length)
	}
	return int(i), 0 <= i && i < int64(length)
}

// runes is s as characters, which is what Python indexes by.
func (r *render) runes(s string) []rune {
	r.spend(4 * len(s))
	return []rune(s)
}

// slice is value[start:stop:step].
func (r *render) slice(v, start, stop, step jinja.Value) jinja.Value {
	undefined(v)
	switch {
	case v.IsString():
		runes := r.runes(v.AsString())
		var picked []rune
		for i := range r.steps(len(runes), start, stop, step) {
			picked = append(picked, runes[i])
		}
		return r.text(string(picked))
	case v.IsList() && r.kind(v) <= rangeList:
		var picked []jinja.Value
		for i := range r.steps(v.AsList().Len(), start, stop, step) {
			picked = append(picked, v.AsList().Get(i))
		}
		return r.sequence(r.kind(v), picked)
	}
	fail("a value of type %s cannot be sliced", r.typeName(v))
	return v
}

// steps yields the indices of a slice of a sequence with length items.
func (r *render) steps(length int, start, stop, step jinja.Value) func(yield func(int) bool) {
	bound := func(v jinja.Value, missing int64) int64 {
		switch {
		case v.IsNone():
			return missing
		case !isWhole(v):
			undefined(v)
			fail("a slice has a bound of type %s", r.typeName(v))
		}
		return whole(v)
	}
	n, by := int64(length), bound(step, 1)
	if by == 0 {
		fail("a slice has a step of zero")
	}
	lowest, highest := int64(0), n
	if by < 0 {
		lowest, highest = -1, n-1
	}
	clamp := func(i int64) int64 {
		if i < 0 {
			i += n
		}
		return min(max(i, lowest), highest)
	}
	from, to := lowest, highest
	if by < 0 {
		from, to = highest, lowest
	}
	if !start.IsNone() {
		from = clamp(bound(start, 0))
	}
	if !stop.IsNone() {
		to = clamp(bound(stop, 0))
	}
	return func(yield func(int) bool) {
		for i := from; (by > 0 && i < to || by < 0 && i > to) && yield(int(i)); {
			if by > n || by < -n { // a sum could overflow
				return
			}
			i += by
		}
	}
}

// set assigns an attribute of a namespace.
func (r *render) set(v jinja.Value, name string, to jinja.Value) {
	attributes, ok := namespace(v)
	if !ok {
		undefined(v)
		fail("only a namespace has attributes that can be set")
	}
	r.spend(itemSize)
	attributes.Set(name, to)
}

// unpack returns v's items, which must be n.
func (r *render) unpack(v jinja.Value, n int) jinja.Value {
	items := r.items(v)
	if len(items) != n {
		fail("%d values cannot be unpacked into %d", len(items), n)
	}
	if v.IsList() {
		return v
	}
	return r.list(items)
}

// dict makes a dict of keys and values in turn.
func (r *render) dict(pairs []jinja.Value) jinja.Value {
	r.spend(len(pairs) * itemSize)
	d := jinja.NewDict()
	for i := 0; i+1 < len(pairs); i += 2 {
		d.AsDict().Set(r.key(pairs[i]), pairs[i+1])
	}
	return d
}

// bind orders arguments by the names of a function's parameters. Those that are
// missing are undefined.
func bind(function string, args []jinja.Value, named *jinja.Dict, names ...string) []jinja.Value {
	if len(args) > len(names) {
		fail("%s takes at most %d arguments, got %d", function, len(names), len(args))
	}
	all := make([]jinja.Value, len(names))
	copy(all, args)
	if named == nil {
		return all
	}
	for _, name := range named.Keys {
		i := slices.Index(names, name)
		if i < 0 || i < len(args) {
			fail("%s takes no further argument %q", function, name)
		}
		all[i] = named.Data[name]
	}
	return all
}

// wholeOr is a whole argument, or what it is when missing or none.
func (r *render) wholeOr(v jinja.Value, missing int64) int64 {
	switch {
	case v.IsUndefined() || v.IsNone():
		return missing
	case isWhole(v):
		return whole(v)
	}
	fail("a whole number is wanted, not a value of type %s", r.typeName(v))
	return 0
}

// stringArg is an argument that must be a string.
func (r *render) stringArg(function string, v jinja.Value) string {
	if !v.IsString() {
		undefined(v)
		fail("%s wants a text, not a value of type %s", function, r.typeName(v))
	}
	return v.AsString()
}
