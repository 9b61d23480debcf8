package jinja2

import (
	"math"
	"slices"
	"strings"

	"github.com/ardanlabs/jinja"
)

// method returns the method name of v, bound to it; ok is false when its type
// has none of that name.
func (r *render) method(v jinja.Value, name string) (m jinja.Value, ok bool) {
	if r.changes(v, name) {
		return jinja.Undefined(), true
	}
	fn := r.nativeMethod(v, name)
	if fn == nil {
		return jinja.Undefined(), false
	}
	return callable(name, fn), true
}

// callMethod is value.name(args).
func (r *render) callMethod(v jinja.Value, name string, args []jinja.Value, named *jinja.Dict) jinja.Value {
	r.work(len(args))
	if r.changes(v, name) {
		fail("the method %q is not allowed, it changes a %s", name, r.typeName(v))
	}
	if fn := r.nativeMethod(v, name); fn != nil {
		return fn(args, named)
	}
	fn := r.attribute(v, name)
	if fn.IsUndefined() {
		fail("a value of type %s has no method %q", r.typeName(v), name)
	}
	return r.call(fn, args, named)
}

// The methods of Python that change a value in place. Jinja2's immutable sandbox
// refuses them, all but pop of a list, and templates use that one.
var (
	dictChangers = []string{"clear", "pop", "popitem", "setdefault", "update"}
	listChangers = []string{"append", "clear", "extend", "insert", "remove", "reverse", "sort"}
)

// changes tells whether name is a method that would change v.
func (r *render) changes(v jinja.Value, name string) bool {
	return v.IsDict() && slices.Contains(dictChangers, name) ||
		v.IsList() && r.kind(v) == plainList && slices.Contains(listChangers, name)
}

// nativeMethod returns the method name of v, or nil.
func (r *render) nativeMethod(v jinja.Value, name string) native {
	switch {
	case v.IsString():
		return r.stringMethod(v.AsString(), name)
	case v.IsDict():
		return r.dictMethod(v.AsDict(), name)
	case v.IsList() && r.kind(v) <= rangeList:
		return r.listMethod(v, name)
	case v.IsFloat() && name == "is_integer":
		return r.niladic(name, func() jinja.Value { return jinja.NewBool(v.AsFloat() == math.Trunc(v.AsFloat())) })
	}
	return nil
}

// dictMethod returns Python's method of a dict, or nil. A key of the same name does
// not hide it: d.items is the method, d['items'] the item.
func (r *render) dictMethod(d *jinja.Dict, name string) native {
	switch name {
	case "items":
		return r.niladic(name, func() jinja.Value { return r.sequence(itemsView, r.pairs(d)) })
	case "keys":
		return r.niladic(name, func() jinja.Value { return r.sequence(keysView, r.keys(d)) })
	case "values":
		return r.niladic(name, func() jinja.Value {
			all := make([]jinja.Value, len(d.Keys))
			for i, key := range d.Keys {
				all[i] = d.Data[key]
			}
			return r.sequence(valuesView, all)
		})
	case "copy":
		return r.niladic(name, func() jinja.Value { return r.copyOf(d) })
	case "get":
		return func(args []jinja.Value, named *jinja.Dict) jinja.Value {
			if len(args) < 1 || len(args) > 2 || named != nil {
				fail("get takes a key and at most one value more")
			}
			if v, ok := d.Get(r.key(args[0])); ok {
				return v
			}
			if len(args) == 2 {
				return args[1]
			}
			return jinja.None()
		}
	}
	return nil
}

// copyOf is a dict with what d has.
func (r *render) copyOf(d *jinja.Dict) jinja.Value {
	r.spend(2 * len(d.Keys) * itemSize)
	c := jinja.NewDict()
	for _, key := range d.Keys {
		c.AsDict().Set(key, d.Data[key])
	}
	return c
}

// listMethod returns Python's method of a list, a tuple or a range, or nil.
func (r *render) listMethod(v jinja.Value, name string) native {
	list := v.AsList()
	switch name {
	case "pop":
		if r.kind(v) != plainList {
			return nil
		}
		return func(args []jinja.Value, named *jinja.Dict) jinja.Value {
			i, ok := index(r.wholeOr(bind(name, args, named, "index")[0], -1), list.Len())
			if !ok {
				fail("pop finds no such item in the list")
			}
			popped := list.Get(i)
			list.Items = slices.Concat(list.Items[:i], list.Items[i+1:])
			r.spend(len(list.Items) * itemSize)
			return popped
		}
	case "copy":
		return r.niladic(name, func() jinja.Value { return r.sequence(r.kind(v), slices.Clone(list.Items)) })
	case "count", "index":
		return func(args []jinja.Value, named *jinja.Dict) jinja.Value {
			wanted := bind(name, args, named, "value")[0]
			n := 0
			for i, item := range list.Items {
				if !r.equal(item, wanted) {
					continue
				}
				if name == "index" {
					return jinja.NewInt(int64(i))
				}
				n++
			}
			if name == "index" {
				fail("index finds no such item in the list")
			}
			return jinja.NewInt(int64(n))
		}
	}
	return nil
}

// niladic is a function that takes no arguments.
func (r *render) niladic(name string, fn func() jinja.Value) native {
	return func(args []jinja.Value, named *jinja.Dict) jinja.Value {
		bind(name, args, named)
		return fn()
	}
}

// stringMethod returns Python's method of a str.
func (r *render) stringMethod(s, name string) native {
	r.work(len(s))
	if convert, ok := conversions[name]; ok {
		return r.niladic(name, func() jinja.Value { return r.text(convert(s)) })
	}
	if check, ok := checks[name]; ok {
		return r.niladic(name, func() jinja.Value { return jinja.NewBool(check(s)) })
	}
	switch name {
	case "strip", "lstrip", "rstrip":
		return func(args []jinja.Value, named *jinja.Dict) jinja.Value {
			chars := bind(name, args, named, "chars")[0]
			if chars.IsUndefined() || chars.IsNone() {
				return jinja.NewString(strip(name, s, isSpace))
			}
			set := r.stringArg(name, chars)
			return jinja.NewString(strip(name, s, func(c rune) bool { return strings.ContainsRune(set, c) }))
		}
	case "startswith", "endswith":
		return func(args []jinja.Value, named *jinja.Dict) jinja.Value {
			return jinja.NewBool(r.hasAffix(name, s, bind(name, args, named, "affix", "start", "end")))
		}
	case "split", "rsplit":
		return func(args []jinja.Value, named *jinja.Dict) jinja.Value {
			return r.split(s, name, bind(name, args, named, "sep", "maxsplit"))
		}
	case "splitlines":
		return func(args []jinja.Value, named *jinja.Dict) jinja.Value {
			return r.texts(splitLines(s, bind(name, args, named, "keepends")[0].IsTruthy()))
		}
	case "partition", "rpartition":
		return func(args []jinja.Value, named *jinja.Dict) jinja.Value {
			return r.partition(s, name, r.stringArg(name, bind(name, args, named, "sep")[0]))
		}
	case "replace":
		return func(args []jinja.Value, named *jinja.Dict) jinja.Value {
			a := bind(name, args, named, "old", "new", "count")
			return r.replace(s, r.stringArg(name, a[0]), r.stringArg(name, a[1]), r.wholeOr(a[2], -1))
		}
	case "removeprefix", "removesuffix":
		return func(args []jinja.Value, named *jinja.Dict) jinja.Value {
			affix := r.stringArg(name, bind(name, args, named, "affix")[0])
			if name == "removeprefix" {
				return jinja.NewString(strings.TrimPrefix(s, affix))
			}
			return jinja.NewString(strings.TrimSuffix(s, affix))
		}
	case "count", "find", "rfind", "index", "rindex":
		return func(args []jinja.Value, named *jinja.Dict) jinja.Value {
			return jinja.NewInt(r.search(s, name, bind(name, args, named, "sub", "start", "end")))
		}
	case "center", "ljust", "rjust", "zfill":
		return func(args []jinja.Value, named *jinja.Dict) jinja.Value {
			return r.pad(s, name, bind(name, args, named, "width", "fillchar"))
		}
	case "join":
		return func(args []jinja.Value, named *jinja.Dict) jinja.Value {
			var parts []string
			for _, item := range r.items(bind(name, args, named, "iterable")[0]) {
				parts = append(parts, r.stringArg(name, item))
			}
			return r.join(parts, s)
		}
	case "format":
		return func(args []jinja.Value, named *jinja.Dict) jinja.Value {
			return r.text(r.braceFormat(s, args, named))
		}
	case "format_map":
		return func(args []jinja.Value, named *jinja.Dict) jinja.Value {
			mapping := bind(name, args, named, "mapping")[0]
			if !mapping.IsDict() {
				fail("format_map wants a dict")
			}
			return r.text(r.braceFormat(s, nil, mapping.AsDict()))
		}
	}
	return nil
}
