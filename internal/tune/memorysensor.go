package tune

import (
	"math"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// usedFor is for how long what the Go runtime says it uses holds.
	usedFor = 10 * time.Millisecond
	// limitFor is for how long what the system says of the limit holds, as a multiple of how long it takes to say: some 170
	// µs, most of it for the statistics of control groups. So it costs at most a five hundredth of a core.
	limitFor = 500
	// muchOfTheRest is the share of what was left of the memory, that this process must have used since to make what the
	// system said of it too old.
	muchOfTheRest = 1. / 16
)

// memorySensor reads what this process uses of the memory, and may use.
type memorySensor struct {
	samples [4]metrics.Sample
	limit   func(used int64) (limit, others int64) // what the system says

	seen    Memory
	usedAt  time.Time     // when what the runtime says was read
	limitAt time.Time     // when what the system says was read
	took    time.Duration // how long that took
	used    int64         // what this process used then
}

func newMemorySensor() memorySensor {
	m := memorySensor{limit: memoryLimit}
	for i, name := range []string{
		"/memory/classes/total:bytes", "/memory/classes/heap/released:bytes", "/gc/heap/live:bytes", "/gc/cycles/total:gc-cycles",
	} {
		m.samples[i].Name = name
	}
	return m
}

// look reads what is too old, given the time.
func (m *memorySensor) look(now time.Time) Memory {
	if !isOld(now, m.usedAt, usedFor) {
		return m.seen
	}
	metrics.Read(m.samples[:])
	m.usedAt = now
	m.seen.Used = int64(number(m.samples[0]) - number(m.samples[1]))
	m.seen.Live, m.seen.Cycles = int64(number(m.samples[2])), int64(number(m.samples[3]))
	left := m.seen.Limit - m.seen.Others - m.used
	hasGrown := m.seen.Limit > 0 && float64(m.seen.Used-m.used) > muchOfTheRest*float64(left)
	if hasGrown || isOld(now, m.limitAt, limitFor*m.took) {
		m.readLimit(now)
	}
	return m.seen
}

// isOld reports whether what was read then no longer holds. The clock of a time bubble is behind.
func isOld(now, then time.Time, after time.Duration) bool {
	age := now.Sub(then)
	return age < 0 || age >= after
}

// readLimit reads what the process may use: by its system, and by the program itself, GOMEMLIMIT.
func (m *memorySensor) readLimit(now time.Time) {
	begun := time.Now()
	limit, others := m.limit(m.seen.Used)
	m.limitAt, m.took, m.used = now, time.Since(begun), m.seen.Used
	if set := debug.SetMemoryLimit(-1); set < math.MaxInt64 && (limit == 0 || set < limit-others) {
		limit, others = set, 0
	}
	m.seen.Limit, m.seen.Others = limit, others
}
