//go:build !cgo

package main

import (
	"context"
	"time"
)

// spinInC computes in Go, as there is no C.
func spinInC(d time.Duration) func(context.Context, int) error {
	return func(context.Context, int) error { burn(d); return nil }
}
