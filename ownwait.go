package overlap

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
)

// runOnStack runs a call of the group so that the goroutine's stack tells of it: the traceback of a function that is
// not inlined prints its receiver, and one that is used after the call is there to be printed.
//
//go:noinline
func (j *groupJob) runOnStack(c Call) {
	c.future.self.run(c)
	runtime.KeepAlive(j)
}

const onStack = "(*groupJob).runOnStack"

// runsHere reports whether this goroutine is in a call of the group. Group.Wait has no context that could say so, and
// to note the goroutine of each call would cost every call something. Where a traceback does not print the receiver for
// sure (then it has a question mark), it says false.
func (j *groupJob) runsHere() bool {
	if !stackHas(onStack) { // for sure, and cheaper than a traceback
		return false
	}
	text := make([]byte, 64<<10)
	text = text[:runtime.Stack(text, false)]
	return bytes.Contains(text, fmt.Appendf(nil, "%s(%p,", onStack, j))
}

// stackHas reports whether a function whose name ends so has called, at whatever distance, what this goroutine does.
func stackHas(name string) bool {
	var callers [200]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(2, callers[:])])
	for more := true; more; {
		var frame runtime.Frame
		if frame, more = frames.Next(); strings.HasSuffix(frame.Function, name) {
			return true
		}
	}
	return false
}
