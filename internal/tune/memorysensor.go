package tune

import (
	"math"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// usedFor is for how long what the Go runtime says it uses holds.
const usedFor = 10 * time.Millisecond

// memorySensor reads what this process uses of the memory, and may use.
type memorySensor struct {
	samples [4]metrics.Sample
	limit   limitSensor
	seen    Memory
	at      time.Time // when it was read
}

func newMemorySensor() memorySensor {
	m := memorySensor{limit: limitSensor{read: memoryLimit}}
	for i, name := range []string{
		"/memory/classes/total:bytes", "/memory/classes/heap/released:bytes", "/gc/heap/live:bytes", "/gc/cycles/total:gc-cycles",
	} {
		m.samples[i].Name = name
	}
	return m
}

// look reads what is too old, given the time.
func (m *memorySensor) look(now time.Time) Memory {
	if !isOld(now, m.at, usedFor) {
		return m.seen
	}
	metrics.Read(m.samples[:])
	m.at = now
	m.seen.Used = int64(number(m.samples[0]) - number(m.samples[1]))
	m.seen.Live, m.seen.Cycles = int64(number(m.samples[2])), int64(number(m.samples[3]))
	limit, others, read := m.limit.look(now, m.seen.Used)
	if read {
		m.seen.Limit, m.seen.Others = limit, others
		if set := debug.SetMemoryLimit(-1); set < math.MaxInt64 && (limit == 0 || set < limit-others) {
			m.seen.Limit, m.seen.Others = set, 0
		}
	}
	return m.seen
}
