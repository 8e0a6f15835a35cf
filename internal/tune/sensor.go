package tune

import (
	"runtime"
	"runtime/metrics"
	"sync/atomic"
	"time"
)

// fewBlocked is how many goroutines are in system calls at any time that are no calls, as the one that waits for signals.
const fewBlocked = 2

// Sensor takes the readings of this process, for all controllers in it. Safe for concurrent use.
type Sensor struct {
	turn    chan struct{} // full while somebody reads; no mutex, as the time that goroutines wait for those is a reading
	samples [4]metrics.Sample

	memory    memorySensor
	collector collectorSensor
	threads   threadSensor

	looking    atomic.Int64 // how many give way to others at the moment, which are no calls
	neighbours neighbourSensor

	processes processSensor
}

// NewSensor returns a sensor.
func NewSensor() *Sensor {
	s := &Sensor{turn: make(chan struct{}, 1), memory: newMemorySensor(), collector: newCollectorSensor(), threads: newThreadSensor(), processes: newProcessSensor()}
	for i, name := range []string{"running", "runnable", "not-in-go"} {
		s.samples[i].Name = "/sched/goroutines/" + name + ":goroutines"
	}
	s.samples[3].Name = "/sync/mutex/wait/total:seconds"
	return s
}

// GiveWay gives way to all goroutines that a core has to run first, and returns how long that took: microseconds where a
// core is free, and some 10 ms where none is. It is the delay of a reading that is measured next.
func (s *Sensor) GiveWay() time.Duration {
	before := time.Now()
	s.looking.Add(1)
	runtime.Gosched()
	s.looking.Add(-1)
	return time.Since(before)
}

// Measure fills in what the scheduler has to do, what the process uses, and what others leave of the machine.
func (s *Sensor) Measure(r *Reading) {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	metrics.Read(s.samples[:])
	others := int(s.looking.Load())
	r.Running = s.value(0) - 1
	r.Runnable = s.value(1) - others
	if r.Runnable < 0 { // some of them run
		r.Running, r.Runnable = r.Running+r.Runnable, 0
	}
	r.Running = max(0, r.Running)
	r.Blocked = s.value(2)
	r.Collecting = s.collector.look()
	r.CPU = cpuTime()
	if locked := s.samples[3].Value; locked.Kind() == metrics.KindFloat64 {
		r.Locked = time.Duration(locked.Float64() * float64(time.Second))
	}
	now := time.Now()
	r.Neighbours = s.neighbours.look(now, r.CPU, readMachineTime)
	r.Memory = s.memory.look(now)
	if r.Blocked > fewBlocked { // else there is no use for it
		r.Room = s.threads.look(now, ownThreads())
	}
}

// LookAtProcesses fills in what the processes do that this one has started. now has them looked at in any case.
func (s *Sensor) LookAtProcesses(r *Reading, now bool) {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	r.Processes = s.processes.look(time.Now(), now)
}

// Room is how many processes and threads this process may have; 0: any number, or it is not known.
func (s *Sensor) Room() int {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	return s.threads.look(time.Now(), ownThreads())
}

func (s *Sensor) value(i int) int { return number(s.samples[i]) }

func number(sample metrics.Sample) int {
	if sample.Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return int(sample.Value.Uint64())
}
