//go:build !linux

package main

import (
	"context"
	"time"
)

// nanosleep sleeps, where no system call is at hand that does.
func nanosleep(d time.Duration) func(context.Context, int) error { return sleep(d) }
