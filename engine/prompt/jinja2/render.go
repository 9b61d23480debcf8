package jinja2

import (
	"context"
	"fmt"
	"time"

	"github.com/ardanlabs/jinja"
)

// Limits of one render. The prompt of a full 128k context has about 0.5 MB. Most
// templates make a few times that in passing; one that adds each message to the
// text so far makes hundreds of times that.
const (
	maxOutput = 8 << 20         // bytes of the result, and of any one string
	maxMemory = 512 << 20       // bytes of all strings and lists that are made
	maxTime   = 2 * time.Second // of one render
	maxDepth  = 200             // macros inside macros, about where Python stops
	maxNested = 500             // values inside values

	itemSize      = 48       // bytes that a value in a list takes
	checkInterval = 16 << 10 // units of work between two looks at the clock
)

// render is one run of a template: what it may still use, and what it knows of
// the values that the library cannot tell apart. Its functions panic with a
// failure.
type render struct {
	ctx    context.Context
	now    time.Time
	credit int // units of work until the next look at the clock
	memory int // bytes made
	macros int // macros entered
	nested int // values entered

	kinds   map[*jinja.List]listKind // of the lists that are not Python's list
	groups  map[*jinja.List]bool     // of the tuples, those that groupby made
	missing jinja.Value              // stands for an argument that was not given
}

// listKind tells Python's sequences apart: all are lists to the library.
type listKind uint8

const (
	plainList listKind = iota
	tupleList
	rangeList
	keysView // what dict.keys(), values() and items() give
	valuesView
	itemsView
)

// newRender returns a render with all of its budget.
func newRender(ctx context.Context, now time.Time) *render {
	return &render{
		ctx:     ctx,
		now:     now,
		credit:  checkInterval,
		kinds:   map[*jinja.List]listKind{},
		groups:  map[*jinja.List]bool{},
		missing: jinja.NewDict(),
	}
}

// work counts n units of work, about a byte or a value each, and ends the render
// when its time is over.
func (r *render) work(n int) {
	r.credit -= n + 16
	if r.credit > 0 {
		return
	}
	r.credit = checkInterval
	if err := context.Cause(r.ctx); err != nil {
		panic(stopped{err})
	}
}

// stopped is the panic that ends a render because its context did.
type stopped struct{ cause error }

// errTime is the cause of a render's end when its time is over.
var errTime = fmt.Errorf("it took more than %v", maxTime)

// spend counts n bytes that are about to be made, as one string or list.
func (r *render) spend(n int) {
	if n < 0 || n > maxMemory-r.memory {
		fail("it uses more than %d MiB of memory", maxMemory>>20)
	}
	r.memory += n
	r.work(n)
}

// text makes a string value.
func (r *render) text(s string) jinja.Value {
	r.size(len(s))
	return jinja.NewString(s)
}

// size counts a string of n bytes that is about to be made.
func (r *render) size(n int) {
	if n < 0 || n > maxOutput {
		fail("it makes a text of more than %d MiB", maxOutput>>20)
	}
	r.spend(n)
}

// repeated counts a thing of n bytes or items made times over.
func (r *render) repeated(n, times int) {
	if n > 0 && times > maxMemory/n {
		fail("it uses more than %d MiB of memory", maxMemory>>20)
	}
}

// list makes a list value.
func (r *render) list(items []jinja.Value) jinja.Value {
	r.spend(len(items) * itemSize)
	return jinja.NewList(items)
}

// sequence makes a list value of a kind.
func (r *render) sequence(kind listKind, items []jinja.Value) jinja.Value {
	v := r.list(items)
	if kind != plainList {
		r.kinds[v.AsList()] = kind
	}
	return v
}

// tuple makes a tuple value.
func (r *render) tuple(items ...jinja.Value) jinja.Value { return r.sequence(tupleList, items) }

// kind is the kind of v, which is a list to the library.
func (r *render) kind(v jinja.Value) listKind { return r.kinds[v.AsList()] }

// enter counts a value inside a value, so that one that holds itself ends.
func (r *render) enter() {
	r.nested++
	if r.nested > maxNested {
		fail("a value is nested more than %d deep", maxNested)
	}
	r.work(1)
}

func (r *render) leave() { r.nested-- }

// The library prints, tests and passes on values; an object that it has no kind
// for is a callable with one of these names, which no macro can have.
const (
	namespaceName = "<namespace>" // called, it returns its attributes as a dict
	iteratorName  = "<iterator>"  // called, it returns what it has left as a list
)

// namespace returns the attributes of a namespace object.
func namespace(v jinja.Value) (*jinja.Dict, bool) {
	inner, ok := object(v, namespaceName)
	if !ok {
		return nil, false
	}
	return inner.AsDict(), true
}

// newNamespace makes a namespace of its attributes, a dict.
func newNamespace(attributes jinja.Value) jinja.Value {
	return newObject(namespaceName, func() jinja.Value { return attributes })
}

// iterator makes an object that gives its items once. It is what Python's
// generators are to a template.
func (r *render) iterator(items []jinja.Value) jinja.Value {
	left := r.list(items)
	return newObject(iteratorName, func() jinja.Value {
		all := left
		left = jinja.NewList(nil)
		return all
	})
}

// isIterator tells whether v gives its items only once.
func isIterator(v jinja.Value) bool { return v.IsCallable() && v.AsCallable().Name == iteratorName }

// newObject makes an object of what its call returns.
func newObject(name string, inner func() jinja.Value) jinja.Value {
	return jinja.NewCallable(name, func([]jinja.Value, map[string]jinja.Value) (jinja.Value, error) {
		return inner(), nil
	})
}

// object calls an object of that name; ok is false when v is none.
func object(v jinja.Value, name string) (jinja.Value, bool) {
	if !v.IsCallable() || v.AsCallable().Name != name {
		return jinja.Value{}, false
	}
	inner, err := v.AsCallable().Fn(nil, nil)
	return inner, err == nil
}

// typeName is Python's name for the type of v.
func (r *render) typeName(v jinja.Value) string {
	switch {
	case v.IsUndefined():
		return "Undefined"
	case v.IsNone():
		return "NoneType"
	case v.IsBool():
		return "bool"
	case v.IsInt():
		return "int"
	case v.IsFloat():
		return "float"
	case v.IsString():
		return "str"
	case v.IsDict():
		return "dict"
	case v.IsList():
		return [...]string{"list", "tuple", "range", "dict_keys", "dict_values", "dict_items"}[r.kind(v)]
	}
	switch v.AsCallable().Name {
	case namespaceName:
		return "Namespace"
	case iteratorName:
		return "generator"
	}
	return "function"
}

// undefined refuses an undefined operand.
func undefined(values ...jinja.Value) {
	for _, v := range values {
		if v.IsUndefined() {
			fail("it uses a value that is undefined")
		}
	}
}
