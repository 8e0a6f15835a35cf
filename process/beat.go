package process

import (
	"runtime/metrics"
	"time"
)

// memoryInterval is how often a worker says how much memory it uses.
const memoryInterval = 100 * time.Millisecond

// reportMemory says how much memory this worker uses, as long as it lives.
func (s *server) reportMemory() {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	for range time.Tick(memoryInterval) {
		metrics.Read(sample)
		s.page.memory.Store(int64(sample[0].Value.Uint64() - sample[1].Value.Uint64()))
	}
}
