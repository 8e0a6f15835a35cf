package tune

const (
	// mostBlocked is how many calls may be in system calls at once, each of which holds a thread: Go ends a program at
	// 10,000 (sched.maxmcount). It is a tenth of those, as there may be jobs beside one another. W10 takes more than 1.5
	// times as long as at best with half of it, and no less with twice of it.
	mostBlocked = 1024
	// spareThreads is how many threads besides one a core Go's runtime may want for itself (runtime/proc.go: sysmon, the template thread,
	// one that waits for signals, and those that take over a core from a system call). It ends the program where it gets none, and so
	// does what it starts for a C library. With twice as many, 6 commands run at once on 64 cores under a
	// limit of 100, and not 9 (TestAutoOfCommandsStaysBelowTheLimitOfThreads).
	spareThreads = 6
	// spareOf is the part of all processes and threads that is left to others and to what commands start later on: an eighth. With a
	// quarter there are 2 commands in that test; half as much changes nothing that matters there.
	spareOf = 8
	// leastEach is what a call takes at least that runs in a process: that, and a thread that waits for it. One that is seen to
	// take more counts for that.
	leastEach = 2
	// manyBlocked is from what part of the calls in flight on calls are such as hold a thread: a quarter. Half or twice changes nothing.
	manyBlocked = 4
)

// threads says for how many calls the limits of processes and threads have room. Calls that wait for a network take no
// thread, and are not bound by it.
type threads struct {
	cap    int // 0: there is no limit
	cores  int
	blocks bool    // calls hold a thread each
	most   int     // the most room there was
	each   float64 // how much of it a call in a process takes, as far as was seen
}

func newThreads(cores int) threads { return threads{cores: cores, each: leastEach} }

// free is how much of the room calls may take.
func (t *threads) free(room int) int { return room - room/spareOf - t.cores - spareThreads }

// startRoom is for how many calls there is room before the first has begun.
func startRoom(s Settings) int {
	t := newThreads(s.Cores)
	free := t.free(s.Room)
	if s.Processes {
		free /= leastEach
	}
	return max(1, free)
}

// look takes a reading.
func (t *threads) look(r Reading) {
	t.cap = 0
	if r.Blocked > mostBlocked/2 {
		t.cap = mostBlocked
	}
	if r.Room == 0 || r.InFlight == 0 {
		return
	}
	t.most = max(t.most, r.Room)
	free := t.free(t.most)
	// One a core is in a system call of any kind at any time, and so are some of Go's own.
	t.blocks = t.blocks || r.Blocked > t.cores+fewBlocked && manyBlocked*r.Blocked >= r.InFlight
	if t.blocks {
		others := max(0, r.Blocked-r.InFlight)
		// What calls take besides, as for a process that each starts, leaves less room the more are in flight.
		each := 1 + float64(t.most-r.Room)/float64(r.InFlight)
		t.lower(int(float64(free-others) / each))
	}
}

// lookAtProcesses takes a reading of a job whose calls run in processes.
func (t *threads) lookAtProcesses(r Reading) {
	t.cap = 0
	if r.Room == 0 || r.InFlight == 0 {
		return
	}
	taken := r.Processes.Threads + min(r.Blocked, r.InFlight)
	t.each = max(t.each, float64(taken)/float64(r.InFlight))
	t.lower(int(float64(t.free(r.Room)) / t.each))
}

func (t *threads) lower(most int) {
	if most = max(1, most); t.cap == 0 || most < t.cap {
		t.cap = most
	}
}
