package tune

import (
	"math"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"
)

// Sensor takes the readings of this process, for all controllers in it. Safe for concurrent use.
type Sensor struct {
	mu      sync.Mutex
	samples [4]metrics.Sample

	heap     [4]metrics.Sample
	memory   Memory
	memoryAt time.Time // when that was read

	looking    atomic.Int64 // how many give way to others at the moment, which are no calls
	neighbours neighbourSensor

	processes   processes
	seen        Processes
	seenAt      time.Time     // when these were read
	takesToRead time.Duration // how long that took
}

// memoryFor is for how long what was read of the memory holds: to read it costs some 50 µs.
const memoryFor = 10 * time.Millisecond

// NewSensor returns a sensor.
func NewSensor() *Sensor {
	s := &Sensor{}
	for i, name := range []string{"running", "runnable", "not-in-go"} {
		s.samples[i].Name = "/sched/goroutines/" + name + ":goroutines"
	}
	s.samples[3].Name = "/sync/mutex/wait/total:seconds"
	for i, name := range []string{
		"/memory/classes/total:bytes", "/memory/classes/heap/released:bytes", "/gc/heap/live:bytes", "/gc/cycles/total:gc-cycles",
	} {
		s.heap[i].Name = name
	}
	return s
}

// Look fills in what the scheduler has to do. It gives way to all goroutines that a core has to run first, and so takes
// microseconds where a core is free, and some 10 ms where none is.
func (s *Sensor) Look(r *Reading) {
	before := time.Now()
	s.looking.Add(1)
	runtime.Gosched()
	s.looking.Add(-1)
	r.Delay = time.Since(before)
	s.Measure(r)
}

// Measure is Look without giving way, and so without the delay: for the last reading of a job.
func (s *Sensor) Measure(r *Reading) {
	s.mu.Lock()
	defer s.mu.Unlock()
	metrics.Read(s.samples[:])
	others := int(s.looking.Load())
	r.Running = s.value(0) - 1
	r.Runnable = s.value(1) - others
	if r.Runnable < 0 { // some of them run
		r.Running, r.Runnable = r.Running+r.Runnable, 0
	}
	r.Running = max(0, r.Running)
	r.Blocked = s.value(2)
	r.CPU = cpuTime()
	if locked := s.samples[3].Value; locked.Kind() == metrics.KindFloat64 {
		r.Locked = time.Duration(locked.Float64() * float64(time.Second))
	}
	now := time.Now()
	r.Neighbours = s.neighbours.look(now, r.CPU, readMachineTime)
	if now.Sub(s.memoryAt) >= memoryFor || now.Before(s.memoryAt) { // the clock of a bubble is behind
		s.memoryAt = now
		s.readMemory()
	}
	r.Memory = s.memory
}

// processesFor is for how long what was read of processes holds, as a multiple of how long it took, which is some 8 µs
// a process: so it costs at most a fiftieth of a core.
const processesFor = 50

// LookAtProcesses fills in what the processes do that this one has started. now has them looked at in any case.
func (s *Sensor) LookAtProcesses(r *Reading, now bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	begun := time.Now()
	if age := begun.Sub(s.seenAt); now || age < 0 || age >= processWait/2 && age >= processesFor*s.takesToRead {
		s.seen, s.seenAt = s.processes.read(), begun
		s.takesToRead = min(time.Since(begun), longWait/10)
	}
	r.Processes = s.seen
	r.Processes.Age = begun.Sub(s.seenAt)
}

// readMemory reads what the process uses and may use.
func (s *Sensor) readMemory() {
	metrics.Read(s.heap[:])
	m := Memory{
		Used: int64(number(s.heap[0]) - number(s.heap[1])), Live: int64(number(s.heap[2])), Cycles: int64(number(s.heap[3])),
	}
	m.Limit, m.Others = memoryLimit(m.Used)
	if set := debug.SetMemoryLimit(-1); set < math.MaxInt64 && (m.Limit == 0 || set < m.Limit-m.Others) {
		m.Limit, m.Others = set, 0
	}
	s.memory = m
}

func (s *Sensor) value(i int) int { return number(s.samples[i]) }

func number(sample metrics.Sample) int {
	if sample.Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return int(sample.Value.Uint64())
}
