package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"slices"
	"sync"
)

// kept is what calls keep so that what they make is not left out.
var kept sync.Map

// makeMap makes a map of 10,000 pointers.
func makeMap(_ context.Context, i int) error {
	m := map[int]*int{}
	for k := range 10_000 {
		m[k] = &k
	}
	if len(m) != 10_000 {
		kept.Store(i, m)
	}
	return nil
}

type listNode struct {
	next *listNode
	_    [2]int
}

// makeList makes a linked list of 20,000, which only one core at a time can mark.
func makeList(_ context.Context, i int) error {
	var head *listNode
	for range 20_000 {
		head = &listNode{next: head}
	}
	if head == nil {
		kept.Store(i, head)
	}
	return nil
}

var text = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	for i := 0; b.Len() < 1<<16; i++ {
		fmt.Fprintf(&b, "the quick %d brown fox is jumping over %x lazy dogs sing%d ", i*i, i*7919, i%97)
	}
	return b.Bytes()[:1<<16]
})

// compress compresses 64 KiB of text, for which it allocates some 800 KB.
func compress(context.Context, int) error {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(text()); err != nil {
		return err
	}
	return w.Close()
}

// sortNumbers sorts 100,000 numbers.
func sortNumbers(_ context.Context, i int) error {
	numbers := make([]int, 100_000)
	for k := range numbers {
		numbers[k] = k * 7919 * (i + 1) % 100_003
	}
	slices.Sort(numbers)
	return nil
}
