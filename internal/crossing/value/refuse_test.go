package value_test

import (
	"context"
	"reflect"
	"sync"
	"testing"
	"unsafe"

	"example.com/overlap/internal/crossing/value"
)

type (
	request struct {
		URL    string
		Client func()
	}
	counter struct {
		Name  string
		count int
	}
	lower  int
	embeds struct{ lower }
	locked struct{ sync.Mutex }
	parts  struct{ Parts []map[string]*request }
	node   struct {
		Children []*node
		Parent   *node
		Done     chan int
	}
	pointerKey struct{ ID *int }
	// broken refers to failing, which fails after having been met; both are refused wherever they are met next.
	broken  struct{ Failing failing }
	failing struct {
		Again *broken
		Done  chan bool
	}
)

// The fields that cannot cross have a use, as they would in a program.
var _ = []any{counter{count: 1}, embeds{lower(1)}, halfMarshaler{hidden: 1}, promotedHidden{hidden: "here"}}

func TestWhatCannotCrossIsRefused(t *testing.T) {
	const useConcrete = ": an interface does not say which type to decode, use a concrete type"
	const unexported = ": an unexported field cannot cross to another process:" +
		" export it, or use a type with MarshalBinary and UnmarshalBinary methods"
	tests := []struct {
		refused reflect.Type
		want    string
	}{
		{reflect.TypeFor[chan int](), "chan int cannot cross to another process"},
		{reflect.TypeFor[func()](), "func() cannot cross to another process"},
		{reflect.TypeFor[unsafe.Pointer](), "unsafe.Pointer cannot cross to another process"},
		{reflect.TypeFor[any](), "interface {} cannot cross to another process" + useConcrete},
		{reflect.TypeFor[error](), "error cannot cross to another process" + useConcrete},
		{reflect.TypeFor[context.Context](), "context.Context cannot cross to another process" + useConcrete},
		{reflect.TypeFor[request](), "value_test.request.Client: func() cannot cross to another process"},
		{reflect.TypeFor[**request](), "value_test.request.Client: func() cannot cross to another process"},
		{reflect.TypeFor[[]request](), "([]value_test.request)[].Client: func() cannot cross to another process"},
		{reflect.TypeFor[parts](), "value_test.parts.Parts[][].Client: func() cannot cross to another process"},
		{reflect.TypeFor[[2]chan int](), "([2]chan int)[]: chan int cannot cross to another process"},
		{reflect.TypeFor[[]any](), "([]interface {})[]: interface {} cannot cross to another process" + useConcrete},
		{reflect.TypeFor[map[any]int](),
			"(map[interface {}]int)[key]: interface {} cannot cross to another process" + useConcrete},
		{reflect.TypeFor[map[string]chan int](),
			"(map[string]chan int)[]: chan int cannot cross to another process"},
		{reflect.TypeFor[struct{ Values map[string]any }](),
			"(struct { Values map[string]interface {} }).Values[]: interface {} cannot cross to another process" +
				useConcrete},
		{reflect.TypeFor[counter](), "value_test.counter.count" + unexported},
		{reflect.TypeFor[embeds](), "value_test.embeds.lower" + unexported},
		{reflect.TypeFor[locked](), "value_test.locked.Mutex.mu" + unexported},
		{reflect.TypeFor[node](), "value_test.node.Done: chan int cannot cross to another process"},
		{reflect.TypeFor[map[*int]int](), "(map[*int]int): map[*int]int cannot cross to another process:" +
			" its keys hold pointers, which would be others there"},
		{reflect.TypeFor[struct{ Seen map[[1]pointerKey]bool }](),
			"(struct { Seen map[[1]value_test.pointerKey]bool }).Seen: map[[1]value_test.pointerKey]bool" +
				" cannot cross to another process: its keys hold pointers, which would be others there"},
		{reflect.TypeFor[broken](), "value_test.broken.Failing.Done: chan bool cannot cross to another process"},
		{reflect.TypeFor[struct {
			Kept   textOnly
			Broken *failing
		}](), "(struct { Kept value_test.textOnly; Broken *value_test.failing }).Broken.Done:" +
			" chan bool cannot cross to another process"},
		{reflect.TypeFor[halfMarshaler](), "value_test.halfMarshaler.hidden" + unexported},
		{reflect.TypeFor[promotedHidden](), "value_test.promotedHidden.hidden" + unexported},
	}
	for _, test := range tests {
		t.Run(test.refused.String(), func(t *testing.T) {
			for range 2 { // the second answer is the one that was kept
				codec, err := value.For(test.refused)
				if err == nil || err.Error() != test.want || codec != nil {
					t.Errorf("For(%v):\n got %v, %v\nwant %s", test.refused, codec, err, test.want)
				}
			}
		})
	}
}
