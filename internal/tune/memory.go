package tune

const (
	// roomy is the share of the memory that calls may fill, as long as garbage cannot be told from what they need: that of Temporal's
	// resource tuner. Neither 0.6 nor 0.9 changes anything.
	roomy = 0.80
	// exact is the same once the collector has shown what they need. With 0.8, W13 takes 1.21 times as long as with 15 in flight, not 1.07;
	// with 0.95 it takes no longer than that, but W14 uses far more than there is, and fails in the tests.
	exact = 0.90
	// scarce is the share from which on no call more than now may run: halfway between exact and all of it. Neither 0.9 nor 0.98 changes
	// anything.
	scarce = 0.95
	// leastNeed is how many bytes a call needs at least for memory to be what may bound it: about what a goroutine takes.
	leastNeed = 1 << 10
)

// memory says how many calls fit into memory: what the process used before the job, and what each call in flight has
// added to that.
type memory struct {
	cap    int   // 0: there is no limit
	base   int64 // what the process used before the job, as far as is known; negative: not at all yet
	cycles int64 // how many collections there had been
	each   int64 // what a call needs, as far as was seen
	shown  bool  // by a collection

	processes processMemory
}

func newMemory() memory { return memory{base: -1} }

// look takes a reading while so many calls may be in flight.
func (m *memory) look(r Reading, level int) {
	now := r.Memory
	if now.Limit <= 0 {
		return
	}
	if m.base < 0 {
		m.base, m.cycles = max(0, now.Used-int64(sum(r.Processes.Held))), now.Cycles
	}
	if len(r.Processes.Held) > 0 || m.processes.looked {
		m.cap = m.processes.look(r, level, m.room)
	} else {
		m.lookAtCalls(r)
	}
	if float64(now.Used+now.Others) > scarce*float64(now.Limit) && (m.cap == 0 || r.InFlight < m.cap) {
		m.cap = max(1, r.InFlight)
	}
}

// room is how much of a share of the memory is left for the calls.
func (m *memory) room(now Memory, share float64) float64 {
	return share*float64(now.Limit) - float64(m.base+now.Others)
}

// lookAtCalls takes a reading of calls that run in this process.
func (m *memory) lookAtCalls(r Reading) {
	now := r.Memory
	switch {
	case r.InFlight == 0:
	case now.Cycles > m.cycles: // what is alive now is what the calls in flight need
		m.cycles = now.Cycles
		if now.Live < m.base || m.base > int64(roomy*float64(now.Limit)) {
			m.base = 0 // calls had begun before the first reading, and were what the process used
		}
		if each := (now.Live - m.base) / int64(r.InFlight); !m.shown || each > m.each {
			m.each, m.shown = each, true
		}
	case !m.shown:
		m.each = max(m.each, (now.Used-m.base)/int64(r.InFlight))
	}
	share := roomy
	if m.shown {
		share = exact
	}
	m.cap = fit(m.room(now, share), float64(m.each), 0)
}
