package main

import (
	"context"
	"syscall"
	"time"
)

// nanosleep waits in a system call, which holds a thread.
func nanosleep(d time.Duration) func(context.Context, int) error {
	return func(context.Context, int) error {
		left := syscall.NsecToTimespec(int64(d))
		for syscall.Nanosleep(&left, &left) == syscall.EINTR {
		}
		return nil
	}
}
