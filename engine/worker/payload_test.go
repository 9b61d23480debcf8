package worker

import (
	"bufio"
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"notso/engine"
)

func TestEveryFieldCrosses(t *testing.T) {
	var req engine.Request
	fill(t, reflect.ValueOf(&req).Elem())
	payload, err := encode(req)
	if err != nil {
		t.Fatal(err)
	}
	var got engine.Request
	if err := decode(frame{kind: kindReply, payload: payload}, &got); err != nil || !reflect.DeepEqual(got, req) {
		t.Errorf("%+v arrived as %+v, %v", req, got, err)
	}

	var event engine.Event
	fill(t, reflect.ValueOf(&event).Elem())
	var pipe bytes.Buffer
	if err := writeEvent(&frameWriter{w: &pipe}, 1, event); err != nil {
		t.Fatal(err)
	}
	f, err := readFrame(bufio.NewReader(&pipe))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := readEvent(f); err != nil || !reflect.DeepEqual(got, event) {
		t.Errorf("%+v arrived as %+v, %v", event, got, err)
	}

	var measure, measured engine.Measure
	fill(t, reflect.ValueOf(&measure).Elem())
	if payload, err = encode(measure); err != nil {
		t.Fatal(err)
	}
	if err := decode(frame{kind: kindResult, payload: payload}, &measured); err != nil || !reflect.DeepEqual(measured, measure) {
		t.Errorf("%+v arrived as %+v, %v", measure, measured, err)
	}
}

// fill sets all that v has to something that is not zero.
func fill(t *testing.T, v reflect.Value) {
	t.Helper()
	switch known := v.Addr().Interface().(type) {
	case *time.Time:
		*known = time.Date(2025, 7, 8, 9, 10, 11, 0, time.UTC)
		return
	case *json.RawMessage:
		*known = json.RawMessage(`{"b":"<","a":1}`)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("é <b>")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32:
		v.SetInt(-7)
	case reflect.Uint32:
		v.SetUint(1<<32 - 1)
	case reflect.Float64:
		v.SetFloat(0.1)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(t, v.Index(0))
		fill(t, v.Index(1))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i))
		}
	default:
		t.Fatalf("a field of the kind %s", v.Kind())
	}
}
