package overlap

import (
	"runtime"
	"sync/atomic"
	"testing"
)

// A permit is not lost that a call is granted at the moment when the one before is taken from it, as by who cancels its future: nobody got
// the key any more, and the group waited for ever.
func TestAPermitGrantedWhileAnotherIsTaken(t *testing.T) {
	first, second := &keyLine{}, &keyLine{}
	for range 200_000 {
		var p keyPermits
		c := Call{future: &future{}}
		p.grant(c, first, false, 0)
		var began atomic.Bool
		taken := make(chan *keyLine)
		go func() {
			began.Store(true)
			line, _ := p.take(c)
			taken <- line
		}()
		for !began.Load() {
			runtime.Gosched()
		}
		p.grant(c, second, false, 0)
		if line := <-taken; line == first {
			if left, _ := p.take(c); left != second {
				t.Fatal("the second permit is lost")
			}
		}
	}
}
