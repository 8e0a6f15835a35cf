package lifeline

import (
	"fmt"
	"strings"
	"sync"
)

// Output keeps what a child process writes last: the start, where the reason of a crash stands, and the end. Of what
// lies between it only counts the bytes. The zero value is ready to be a command's Stderr; it is safe for concurrent
// use.
type Output struct {
	mu        sync.Mutex
	start     []byte
	end       []byte
	forgotten int // bytes between the two
}

const kept = 4 << 10 // bytes of each of the two

// Write implements io.Writer; it never fails.
func (o *Output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := len(b)
	if room := kept - len(o.start); room > 0 {
		take := min(room, len(b))
		o.start, b = append(o.start, b[:take]...), b[take:]
	}
	o.end = append(o.end, b...)
	if over := len(o.end) - kept; over > 0 {
		o.end = append(o.end[:0], o.end[over:]...)
		o.forgotten += over
	}
	return n, nil
}

// String is what was written, without the space around it; it says how much is missing.
func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	text := string(o.start)
	if o.forgotten > 0 {
		text += fmt.Sprintf("\n… %d bytes left out …\n", o.forgotten)
	}
	return strings.TrimSpace(strings.ToValidUTF8(text+string(o.end), "\uFFFD"))
}
