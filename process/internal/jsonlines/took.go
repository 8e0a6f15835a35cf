package jsonlines

import (
	"bytes"
	"encoding/json"
	"time"
)

// tookHead begins a line that says how long its call took.
const tookHead = `{"took_ms":`

// cutTook takes off the head of a line that says how long its call took. What is left begins with the next field.
func cutTook(line []byte) (ms float64, rest []byte, ok bool) {
	const longest = 32 // digits
	line, ok = bytes.CutPrefix(line, []byte(tookHead))
	at := bytes.IndexByte(line[:min(len(line), longest)], ',')
	if !ok || at < 0 || json.Unmarshal(line[:at], &ms) != nil {
		return 0, nil, false
	}
	return ms, line[at+1:], true
}

// Took is how long the call took, or all of the batch; 0 if the worker does not say.
func (m *Message) Took() time.Duration { return took(m.TookMS) }

func took(ms float64) time.Duration {
	const most = float64(1<<62) / float64(time.Millisecond)
	return time.Duration(max(0, min(ms, most)) * float64(time.Millisecond))
}

// Told adds up what the lines say that have been read and not taken: so many calls, or batches, took so long. It looks
// for lines that begin with that, so it passes over the others at the speed of memory.
func (l *Reader) Told() (calls int, all time.Duration) {
	for unread := l.buf[l.from:l.to]; len(unread) > 0; {
		if ms, _, ok := cutTook(unread); ok {
			calls++
			all = min(all+took(ms), 1<<61)
		}
		at := bytes.Index(unread, []byte("\n"+tookHead))
		if at < 0 {
			break
		}
		unread = unread[at+1:]
	}
	return calls, all
}
