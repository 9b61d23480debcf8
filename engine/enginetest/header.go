package enginetest

import "fmt"

// headerFields lists every field of the header of an intact GGUF file, and
// where the header ends.
func headerFields(b []byte) (fields []field, end int) {
	w := &walker{b: b}
	w.add("magic", text, 4)
	w.add("version", number, 4)
	tensors := w.add("number of tensors", count, 8)
	keys := w.add("number of keys", count, 8)
	for i := range keys {
		key := w.text(fmt.Sprintf("name of key %d", i), text)
		t := w.add("type of "+key, valueType, 4)
		w.value(key, t)
	}
	for i := range tensors {
		name := w.text(fmt.Sprintf("name of tensor %d", i), text)
		dims := w.add("number of dimensions of "+name, count, 4)
		for d := range dims {
			w.add(fmt.Sprintf("dimension %d of %s", d, name), number, 8)
		}
		w.add("type of "+name, tensorType, 4)
		w.add("offset of "+name, number, 8)
	}
	return w.fields, w.at
}

type walker struct {
	b      []byte
	at     int
	fields []field
}

// add records a field of n bytes and returns its value as a number.
func (w *walker) add(name string, k kind, n int) uint64 {
	w.fields = append(w.fields, field{name, k, w.at, n})
	w.at += n
	return getUint(w.b[w.at-n : w.at][:min(n, 8)])
}

// text records a length and the text that follows it.
func (w *walker) text(name string, k kind) string {
	n := int(w.add("length of "+name, count, 8))
	w.add(name, k, n)
	return string(w.b[w.at-n : w.at])
}

func (w *walker) value(name string, t uint64) {
	const stringType, arrayType = 8, 9
	switch t {
	case stringType:
		w.text(name, text)
	case arrayType:
		elem := w.add("type of the elements of "+name, valueType, 4)
		n := w.add("length of "+name, count, 8)
		for i := range n {
			if name := fmt.Sprintf("%s[%d]", name, i); elem == stringType {
				w.text(name, token)
			} else {
				w.add(name, item, width(elem))
			}
		}
	case 6, 12:
		w.add(name, float, width(t))
	default:
		w.add(name, parameter, width(t))
	}
}

// width is that of a value of GGUF type t, in bytes.
func width(t uint64) int {
	return [...]int{1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8}[t]
}
