//go:build cgo

package main

/*
static unsigned long spin(unsigned long n) {
	unsigned long x = 1;
	while (n-- > 0) {
		x = x * 6364136223846793005ul + 1;
		__asm__ volatile("" : "+r"(x)); // or the compiler takes steps at a time
	}
	return x;
}
*/
import "C"

import (
	"context"
	"time"
)

// spinInC computes in C for that long, as long as it has a core to itself. To Go, it waits.
func spinInC(d time.Duration) func(context.Context, int) error {
	return func(context.Context, int) error {
		sink.Store(uint64(C.spin(C.ulong(float64(d) * loopsPerNanosecond()))))
		return nil
	}
}
