package process

import (
	"fmt"
	"sync"
)

// leastMemory finds out, once a pool, how much memory a worker uses until it is ready, by starting one without a limit.
type leastMemory struct {
	once  sync.Once
	bytes int64
}

// starved says of a worker that had too little memory to start how much it takes.
func (s *settings) starved(d dialect, err error) error {
	s.least.once.Do(func() {
		free := &settings{initializer: s.initializer, initValue: s.initValue, longestLine: s.longestLine,
			environment: s.environment}
		Silent().applyToPool(free)
		c, err := d.spawn(free)
		if err != nil {
			return
		}
		if d.greet(free, c) == nil {
			s.least.bytes = dataOf(c.cmd.Process.Pid)
			c.kill("it has been measured")
			<-c.exited
			c.release()
		}
	})
	if s.least.bytes == 0 {
		return fmt.Errorf("%w; give it a higher limit than %d MB", err, s.memory>>20)
	}
	const thread = 16 << 20 // for the next thread's stack, and some room
	return fmt.Errorf("%w; give it a higher limit than %d MB: it takes about %d MB to get ready, and its calls need more",
		err, s.memory>>20, (s.least.bytes+thread)>>20)
}
