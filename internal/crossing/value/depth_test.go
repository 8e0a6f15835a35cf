package value_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"example.com/overlap/internal/crossing/value"
)

func TestValueThatContainsItselfIsAnError(t *testing.T) {
	loop := new(link)
	loop.Next = loop
	whole := make(tree, 2)
	whole[0], whole[1] = whole, whole
	table := forest{}
	table["itself"] = table
	for _, endless := range []any{loop, &whole, &table} {
		codec, err := value.For(reflect.TypeOf(endless).Elem())
		if err != nil {
			t.Fatal(err)
		}
		_, err = codec.Append(nil, endless)
		if err == nil || !strings.HasSuffix(err.Error(), "deeper than 1,000 levels, or contains itself") {
			t.Errorf("%T: %v", endless, err)
		}
	}
}

func TestThousandLevelsCross(t *testing.T) {
	codec, err := value.For(reflect.TypeFor[link]())
	if err != nil {
		t.Fatal(err)
	}
	var chain link
	for range 1_000 {
		chain = link{&link{chain.Next}}
	}
	roundTrip(t, reflect.ValueOf(chain))
	chain = link{&chain}
	if _, err := codec.Append(nil, &chain); err == nil {
		t.Error("1,001 levels crossed")
	}
}

func TestHostileDepthIsAnError(t *testing.T) {
	tests := []struct {
		pointer any
		nested  string
	}{
		{new(link), "\x81\x81"}, {new(tree), "\x81"}, {new(forest), "\xa1\x40"},
	}
	for _, test := range tests {
		codec, err := value.For(reflect.TypeOf(test.pointer).Elem())
		if err != nil {
			t.Fatal(err)
		}
		err = codec.Decode(bytes.Repeat([]byte(test.nested), 1<<20), test.pointer)
		if err == nil || !strings.Contains(err.Error(), "deeper than 1,000 levels") {
			t.Errorf("%T: %v", test.pointer, err)
		}
	}
}
