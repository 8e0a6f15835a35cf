package process

import (
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
)

const (
	workerVariable = "OVERLAP_WORKER" // protocol, nonce and depth, for a worker
	depthVariable  = "OVERLAP_DEPTH"  // how many pools are nested around this process
	protocol       = "ov1"
	mostDepth      = 2
	mostStack      = 64 << 20 // a runaway recursion would otherwise take a gigabyte before it dies
)

// The files a worker gets, after standard input, output and error.
const (
	fileRequests = 3 + iota
	fileReplies
	fileControl
	fileShared
	fileLane
)

// hooked is set once Main has been called, without which this binary would not know how to be a worker.
var hooked atomic.Bool

// Main must be called first in main, and in TestMain, by every program that uses this package. In a worker it runs
// calls and never returns; elsewhere it returns at once.
//
// Everything that is done before, package initialisation for instance, is done in each worker as well.
func Main() {
	builtAs = fingerprint()
	marker := os.Getenv(workerVariable)
	if marker == "" {
		hooked.Store(true)
		return
	}
	os.Unsetenv(workerVariable) // what the task starts is no worker
	hooked.Store(true)
	version, nonce, ok := strings.Cut(marker, ":")
	if !ok || version != protocol {
		fmt.Fprintf(os.Stderr, "overlap: %s is %q, which this program does not speak: it is set by process.New alone\n",
			workerVariable, marker)
		os.Exit(2)
	}
	debug.SetMaxStack(mostStack)
	if err := serve(nonce); err != nil {
		fmt.Fprintln(os.Stderr, "overlap: worker:", err)
		os.Exit(2)
	}
	os.Exit(0)
}

// depth is how many pools are nested around this process.
func depth() int {
	n, _ := strconv.Atoi(os.Getenv(depthVariable))
	return n
}
