package jinja2

import (
	"slices"
	"strconv"
	"strings"

	"github.com/ardanlabs/jinja"
)

// sequenceFilter returns a filter that works on the items of its value.
func sequenceFilter(name string) filter {
	switch name {
	case "join":
		return joinFilter
	case "first":
		return firstFilter
	case "last":
		return lastFilter
	case "list":
		return func(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
			return r.list(slices.Clone(r.items(bind(name, args, named, "value")[0])))
		}
	case "items":
		return itemsFilter
	case "reverse":
		return reverseFilter
	case "sort":
		return sortFilter
	case "dictsort":
		return dictsortFilter
	case "unique":
		return uniqueFilter
	case "min", "max":
		return extremeFilter(name)
	case "sum":
		return sumFilter
	case "map":
		return mapFilter
	case "select", "reject", "selectattr", "rejectattr":
		return choiceFilter(name)
	case "groupby":
		return groupbyFilter
	case "batch":
		return batchFilter
	case "slice":
		return sliceFilter
	}
	return nil
}

// getter returns what an attribute argument picks of an item: names and indices
// with dots between, or the item itself when there is no argument.
func (r *render) getter(attribute, missing jinja.Value) func(jinja.Value) jinja.Value {
	var path []jinja.Value
	switch {
	case attribute.IsString():
		for part := range strings.SplitSeq(attribute.AsString(), ".") {
			if n, err := strconv.ParseInt(part, 10, 64); err == nil && n >= 0 {
				path = append(path, jinja.NewInt(n))
			} else {
				path = append(path, jinja.NewString(part))
			}
		}
	case isWhole(attribute):
		path = []jinja.Value{attribute}
	}
	return func(v jinja.Value) jinja.Value {
		for _, part := range path {
			v = r.item(v, part)
			if v.IsUndefined() && !missing.IsNone() {
				v = missing
			}
		}
		return v
	}
}

// sortKey returns what items are ordered by.
func (r *render) sortKey(attribute, caseSensitive jinja.Value) func(jinja.Value) jinja.Value {
	get := r.getter(attribute, jinja.Undefined())
	return func(v jinja.Value) jinja.Value {
		v = get(v)
		if v.IsString() && !caseSensitive.IsTruthy() {
			return r.text(strings.ToLower(v.AsString()))
		}
		return v
	}
}

// sorted returns items in the order of their keys; equal ones keep theirs.
func (r *render) sorted(items []jinja.Value, reverse bool, key func(jinja.Value) jinja.Value) []jinja.Value {
	type entry struct{ item, key jinja.Value }
	entries := make([]entry, len(items))
	r.spend(len(items) * itemSize)
	for i, item := range items {
		entries[i] = entry{item, key(item)}
	}
	slices.SortStableFunc(entries, func(a, b entry) int {
		if reverse {
			return r.order(b.key, a.key)
		}
		return r.order(a.key, b.key)
	})
	all := make([]jinja.Value, len(items))
	for i, e := range entries {
		all[i] = e.item
	}
	return all
}

// joinFilter joins the texts of items, or of an attribute of theirs.
func joinFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	a := bind("join", args, named, "value", "d", "attribute")
	get := r.getter(a[2], jinja.Undefined())
	var parts []string
	for _, item := range r.items(a[0]) {
		parts = append(parts, r.str(get(item)))
		r.work(1)
	}
	return r.join(parts, r.str(a[1]))
}

// firstFilter is the first item, or undefined.
func firstFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	items := r.items(bind("first", args, named, "seq")[0])
	if len(items) == 0 {
		return jinja.Undefined()
	}
	return items[0]
}

// lastFilter is the last item, or undefined.
func lastFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	v := bind("last", args, named, "seq")[0]
	if isIterator(v) {
		fail("last does not go with a generator, make it a list first")
	}
	items := r.items(v)
	if len(items) == 0 {
		return jinja.Undefined()
	}
	return items[len(items)-1]
}

// itemsFilter is a dict's keys and values; what is undefined has none.
func itemsFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	v := bind("items", args, named, "value")[0]
	switch {
	case v.IsUndefined():
		return r.iterator(nil)
	case !v.IsDict():
		fail("items wants a dict, not a value of type %s", r.typeName(v))
	}
	return r.iterator(r.pairs(v.AsDict()))
}

// reverseFilter is a text backwards, or an iterator over the items backwards.
func reverseFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	v := bind("reverse", args, named, "value")[0]
	items := slices.Clone(r.items(v))
	slices.Reverse(items)
	if !v.IsString() {
		return r.iterator(items)
	}
	var b strings.Builder
	for _, c := range items {
		b.WriteString(c.AsString())
	}
	return r.text(b.String())
}

// sortFilter sorts without regard to case unless told otherwise, by an attribute or
// by several with commas between. Its keys are lists, as Jinja2's are: so items that
// all lack the attribute stay as they are.
func sortFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	a := bind("sort", args, named, "value", "reverse", "case_sensitive", "attribute")
	keys := []func(jinja.Value) jinja.Value{r.sortKey(a[3], a[2])}
	if a[3].IsString() {
		keys = nil
		for name := range strings.SplitSeq(a[3].AsString(), ",") {
			keys = append(keys, r.sortKey(jinja.NewString(name), a[2]))
		}
	}
	key := func(v jinja.Value) jinja.Value {
		all := make([]jinja.Value, len(keys))
		for i, k := range keys {
			all[i] = k(v)
		}
		return r.list(all)
	}
	return r.list(r.sorted(r.items(a[0]), a[1].IsTruthy(), key))
}

// dictsortFilter is a dict's pairs by key or by value, without regard to case.
func dictsortFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	a := bind("dictsort", args, named, "value", "case_sensitive", "by", "reverse")
	if !a[0].IsDict() {
		undefined(a[0])
		fail("dictsort wants a dict, not a value of type %s", r.typeName(a[0]))
	}
	by := int64(0)
	switch {
	case a[2].IsUndefined() || a[2].IsString() && a[2].AsString() == "key":
	case a[2].IsString() && a[2].AsString() == "value":
		by = 1
	default:
		fail("dictsort sorts by key or by value")
	}
	return r.list(r.sorted(r.pairs(a[0].AsDict()), a[3].IsTruthy(), r.sortKey(jinja.NewInt(by), a[1])))
}

// uniqueFilter drops what came before, without regard to case.
func uniqueFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	a := bind("unique", args, named, "value", "case_sensitive", "attribute")
	key := r.sortKey(a[2], a[1])
	seen := map[string]bool{}
	var all []jinja.Value
	for _, item := range r.items(a[0]) {
		if k := r.key(key(item)); !seen[k] {
			seen[k] = true
			all = append(all, item)
		}
	}
	return r.iterator(all)
}

// extremeFilter is min or max; of equal items it is the first.
func extremeFilter(name string) filter {
	return func(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
		a := bind(name, args, named, "value", "case_sensitive", "attribute")
		all := r.sorted(r.items(a[0]), name == "max", r.sortKey(a[2], a[1]))
		if len(all) == 0 {
			return jinja.Undefined()
		}
		return all[0]
	}
}

// sumFilter adds items, or an attribute of theirs, to start.
func sumFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	a := bind("sum", args, named, "iterable", "attribute", "start")
	get, sum := r.getter(a[1], jinja.Undefined()), a[2]
	if sum.IsUndefined() {
		sum = jinja.NewInt(0)
	}
	if sum.IsString() {
		fail("sum does not go with texts")
	}
	for _, item := range r.items(a[0]) {
		sum = r.add(sum, get(item))
	}
	return sum
}

// mapFilter applies a filter to each item, or takes an attribute of each.
func mapFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	if !args[0].IsTruthy() {
		return r.iterator(nil)
	}
	var convert func(jinja.Value) jinja.Value
	if len(args) == 1 && named != nil && named.Has("attribute") {
		a := bind("map", nil, named, "attribute", "default")
		missing := a[1]
		if !named.Has("default") {
			missing = jinja.None()
		}
		convert = r.getter(a[0], missing)
	} else {
		if len(args) < 2 {
			fail("map wants the name of a filter")
		}
		name := r.stringArg("map", args[1])
		convert = func(v jinja.Value) jinja.Value { return r.filter(name, v, args[2:], named) }
	}
	var all []jinja.Value
	for _, item := range r.items(args[0]) {
		all = append(all, convert(item))
	}
	return r.iterator(all)
}

// choiceFilter is select, reject and their variants for an attribute.
func choiceFilter(name string) filter {
	return func(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
		if !args[0].IsTruthy() {
			return r.iterator(nil)
		}
		rest, get := args[1:], func(v jinja.Value) jinja.Value { return v }
		if strings.HasSuffix(name, "attr") {
			if len(rest) == 0 {
				fail("%s wants the name of an attribute", name)
			}
			get, rest = r.getter(rest[0], jinja.None()), rest[1:]
		}
		accept := jinja.Value.IsTruthy
		if len(rest) > 0 {
			test := r.stringArg(name, rest[0])
			accept = func(v jinja.Value) bool { return r.test(test, v, rest[1:], named) }
		}
		var all []jinja.Value
		for _, item := range r.items(args[0]) {
			if accept(get(item)) == strings.HasPrefix(name, "select") {
				all = append(all, item)
			}
			r.work(1)
		}
		return r.iterator(all)
	}
}

// groupbyFilter gathers the items that have an attribute in common, in its order:
// pairs of the value and a list, whose names are grouper and list.
func groupbyFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	a := bind("groupby", args, named, "value", "attribute", "default", "case_sensitive")
	missing := a[2]
	if missing.IsUndefined() {
		missing = jinja.None()
	}
	get := r.getter(a[1], missing)
	key := func(v jinja.Value) jinja.Value {
		if v = get(v); v.IsString() && !a[3].IsTruthy() {
			return r.text(strings.ToLower(v.AsString()))
		}
		return v
	}
	var groups []jinja.Value
	all := r.sorted(r.items(a[0]), false, key)
	for len(all) > 0 {
		n := 1
		for n < len(all) && r.equal(key(all[0]), key(all[n])) {
			n++
		}
		group := r.tuple(get(all[0]), r.list(slices.Clone(all[:n])))
		r.groups[group.AsList()] = true
		groups = append(groups, group)
		all = all[n:]
	}
	return r.list(groups)
}

// batchFilter cuts items into lists of one length; the last may be filled up.
func batchFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	a := bind("batch", args, named, "value", "linecount", "fill_with")
	count := int(r.wholeOr(a[1], 0))
	if count < 1 {
		fail("batch wants a count of at least one")
	}
	r.repeated(itemSize, count)
	var all []jinja.Value
	for chunk := range slices.Chunk(r.items(a[0]), count) {
		chunk = slices.Clone(chunk)
		for len(chunk) < count && !a[2].IsUndefined() && !a[2].IsNone() {
			chunk = append(chunk, a[2])
		}
		all = append(all, r.list(chunk))
	}
	return r.iterator(all)
}

// sliceFilter deals items out to a number of lists, the first ones longer.
func sliceFilter(r *render, args []jinja.Value, named *jinja.Dict) jinja.Value {
	a := bind("slice", args, named, "value", "slices", "fill_with")
	items, count := r.items(a[0]), int(r.wholeOr(a[1], 0))
	if count < 1 || count > maxRange {
		fail("slice wants a count from 1 to %d", maxRange)
	}
	var all []jinja.Value
	size, longer := len(items)/count, len(items)%count
	for i := range count {
		n := size
		if i < longer {
			n++
		}
		part := slices.Clone(items[:n])
		items = items[n:]
		if !a[2].IsUndefined() && !a[2].IsNone() && i >= longer {
			part = append(part, a[2])
		}
		all = append(all, r.list(part))
	}
	return r.iterator(all)
}
