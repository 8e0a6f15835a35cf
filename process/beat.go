package process

import (
	"runtime/metrics"
	"time"
)

// beat is how often a worker says how much memory it uses.
const beat = 100 * time.Millisecond

func (s *server) beat() {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	for range time.Tick(beat) {
		metrics.Read(sample)
		s.page.memory.Store(int64(sample[0].Value.Uint64() - sample[1].Value.Uint64()))
	}
}
