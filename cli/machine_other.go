//go:build !linux

package cli

import (
	"errors"
	"runtime"
)

var errMachine = errors.New("only Linux tells what it takes, and this is " + runtime.GOOS + ": leave it out")

func busyThreads() (int64, error) { return 0, errMachine }

func freeMemory() (int64, error) { return 0, errMachine }
