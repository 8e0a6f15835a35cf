package tune

import "time"

// processesFor is for how long what was read of processes holds, as a multiple of how long it took, which is some 8 µs
// a process: so it costs at most a fiftieth of a core.
const processesFor = 50

// processSensor reads what the processes do that this one has started, as often as is cheap.
type processSensor struct {
	read    func() Processes
	limit   limitSensor
	threads threadSensor
	seen    Processes
	at      time.Time // when they were read
	reads   int
	takes   time.Duration // how long that takes; 0: it is not known
}

func newProcessSensor() processSensor {
	var of processes
	return processSensor{read: of.read, limit: limitSensor{read: memoryLimit}, threads: newThreadSensor()}
}

// look is given the time. always has them read in any case.
func (p *processSensor) look(now time.Time, always bool) Processes {
	if always || isOld(now, p.at, max(processWait/2, processesFor*p.takes)) {
		begun := time.Now()
		p.seen, p.at = p.read(), now
		p.reads++
		p.noteTook(time.Since(begun))
		if m := &p.seen.Memory; p.seen.Known {
			m.Limit, m.Others, _ = p.limit.look(now, m.Used)
			p.seen.Room = p.threads.look(now, ownThreads()+p.seen.Threads)
		}
	}
	seen := p.seen
	seen.Age = now.Sub(p.at)
	return seen
}

// noteTook is told how long a reading took. The first is of all processes of the machine, and any may have had to wait for a
// core in the middle of it: neither says how long the next will take.
func (p *processSensor) noteTook(took time.Duration) {
	switch {
	case p.reads == 1:
	case p.takes == 0:
		p.takes = took
	default:
		p.takes = min(took, 2*p.takes)
	}
	p.takes = min(p.takes, longWait/10)
}
