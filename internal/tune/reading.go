package tune

import "time"

// Reading is what was seen at one moment. Times are since any fixed moment, the same for all readings of a controller.
type Reading struct {
	At time.Duration

	// What the scheduler of this process had to do, without the goroutine that takes the reading.
	Running  int           // goroutines that run on a core
	Runnable int           // goroutines that want to and have none
	Blocked  int           // goroutines in a system call or in C
	Delay    time.Duration // how long whoever takes the reading had to wait for a core that had nothing else to do

	Collecting bool // the collector marks: goroutines that wait may wait for it

	CPU        time.Duration // CPU time that the calls' process has used so far; negative: unknown
	Neighbours Neighbours    // what other programs use of the cores

	Beside int  // how many other jobs of this process are looked at, whose calls may be what wants the cores
	Turn   bool // none of these tries whether it does: this one may

	Locked time.Duration // how long goroutines have waited for mutexes so far, all together

	InFlight int           // calls in flight
	AtOnce   int           // for how many calls each of these stands, as of workers that make several at once; 0: one
	Wanted   int           // calls that would start if more might be in flight
	Left     int           // calls that have not ended, those in flight included; negative: nobody knows
	Ended    int64         // calls that have ended so far, without those that failed
	Failed   int64         // calls that have failed so far
	TimedOut int64         // how many attempts have failed since their time was up
	Limit    time.Duration // how long they were given, the last of them
	Timed    int64         // of how many calls it is known how long they took
	Took     time.Duration // how long these took, all together
	Squares  float64       // the sum of the squares of that, in seconds squared

	Memory    Memory
	Room      int       // how many processes and threads this process may have; 0: any number, or nobody knows
	Processes Processes // only if the calls run in processes
}

// Processes are those that this process has started, those that they have started, and so on, as far as they have not
// ended.
type Processes struct {
	Known   bool          // the system tells of them, and has been asked
	Age     time.Duration // how long before the reading it was
	Running int           // those that run on a core or want to
	Busy    int           // how many of those that this process started itself do so, or have one among their own that does
	CPU     time.Duration // CPU time that this process and they have used so far, those that have ended included
	Memory  Memory        // of this process and of them, without what only the collector knows
	Held    []int64       // the most memory that each has held which this process started itself and which has not ended, with its own, the largest first
	Ended   Footprints    // of those that have ended so far
	Threads int           // how many threads they have, all together
	Room    int           // how many these and those of this process may be; 0: any number, or nobody knows
}

// Memory is what the process uses and may use, in bytes. The zero Memory is unknown.
type Memory struct {
	Used   int64 // what the Go runtime holds, garbage included
	Live   int64 // what was alive at the last collection
	Cycles int64 // how many collections there have been
	Others int64 // what others use of the limit
	Limit  int64 // at what the process is killed, or everything slows down; 0: unknown
}

// Refusal is that a call was refused, and is to be made again.
type Refusal struct {
	Took   time.Duration // for how long the call had run
	After  time.Duration // for how long the far end wants to be left alone; 0: it did not say
	Before int           // how often the call had been refused before
	Since  time.Duration // when it was the first time
	Ended  int64         // how many other calls have ended since it began
}

// Advice is what a controller says after a reading.
type Advice struct {
	Level  int           // how many calls may be in flight, at least 1
	Bound  Bound         // what keeps the level from being higher
	Why    string        // in words, if the level has changed
	Wait   time.Duration // when to take the next reading; 0: as soon as a core has nothing else to do
	Ended  int64         // or when so many calls have ended, well or not, if that is earlier
	Late   int64         // or when so many attempts have timed out, if that is not 0
	AtEnds bool          // that is when it will be, and Wait is only in case that calls end no more
	Pause  bool          // no call may start
	Empty  int           // how many times in a row nothing got through when calls were started
	Rate   float64       // how many calls may start in a second; 0: any number

	Trying bool // calls were added to see whether they want cores: no other job is to do so meanwhile
}

// Bound is what keeps the level where it is.
type Bound uint8

const (
	ByNothing     Bound = iota // nothing so far: the level is still rising
	ByCalls                    // every call that there is is in flight
	ByCores                    // the cores are busy
	ByFarEnd                   // what the calls wait for does no more in a second
	ByRefusals                 // what the calls wait for refuses more at once
	ByRate                     // what the calls wait for refuses more in a second
	ByMemory                   // more might not fit into memory
	ByThreads                  // there may be no processes or threads for more
	ByDescriptors              // more find no descriptor
	ByPorts                    // more find no local port
	ByTimeouts                 // what the calls wait for gets no more done before their time is up
	ByMax                      // the greatest level that was allowed
)

// answered is how many calls have ended so far, well or not, without those whose time was up: these say nothing of what the far end
// gets done.
func (r Reading) answered() int64 { return r.Ended + max(0, r.Failed-r.TimedOut) }

// typical is how long a call takes that gets through; 0: nobody knows.
func typical(r Reading) time.Duration {
	if r.Ended == 0 || r.Timed == 0 {
		return 0
	}
	return r.Took / time.Duration(r.Timed)
}
