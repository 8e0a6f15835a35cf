package process

import (
	"strconv"
	"time"

	"example.com/overlap"
	"example.com/overlap/process/internal/jsonlines"
)

// batch is a line with several calls of one task.
type batch struct {
	calls    int
	first    uint64
	crossing *jsonlines.Task
	timeout  time.Duration
}

const (
	mostBatch   = 64
	batchWindow = 16 // calls are tiny when the window has grown to this
)

// joins reports whether a call goes into a batch: calls that are made twice without harm alone do, since the worker's
// death takes the values of those that had ended along.
func (l *lineLease) joins(call overlap.Call, x *jsonlines.Task, timeout time.Duration) bool {
	if !l.child.line.batches || l.child.line.parallel || l.window < batchWindow || !l.repeats(call) {
		return false
	}
	if b := &l.batch; b.calls > 0 && (b.crossing != x || b.timeout != timeout || b.calls == mostBatch) {
		l.endBatch()
	}
	return true
}

// unjoined is after a call that was to join a batch and did not.
func (l *lineLease) unjoined(joins bool) bool {
	if joins {
		l.endBatch()
	}
	return true
}

func (l *lineLease) endBatch() {
	if l.batch.calls > 0 {
		l.out = append(l.out, "]}\n"...)
		l.batch = batch{}
	}
}

func appendCallHead(b []byte, number uint64, task []byte, timeout time.Duration, batched bool) []byte {
	b = strconv.AppendUint(append(b, `{"id":`...), number, 10)
	b = append(append(b, `,"task":`...), task...)
	if timeout > 0 && timeout < endless {
		b = append(b, `,"timeout_ms":`...)
		b = strconv.AppendFloat(b, float64(timeout)/float64(time.Millisecond), 'f', -1, 64)
	}
	if batched {
		return append(b, `,"ins":[`...)
	}
	return append(b, `,"in":`...)
}
