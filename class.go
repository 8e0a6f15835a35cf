package overlap

import "example.com/overlap/internal/tune"

// Class says what holds the calls of a job up, and so what would make it faster.
type Class string

// The classes of jobs.
const (
	UnknownClass  Class = "unknown"                // there was too little to see, or the system does not tell CPU times
	TooFewCalls   Class = "too few calls to tell"  // no call waited for another to end, or there was hardly ever one
	CPUBound      Class = "cpu-bound"              // the calls compute: what they lack are cores
	IOBound       Class = "io-bound"               // the calls wait: more of them at once cost nothing so far
	Mixed         Class = "mixed"                  // the calls compute and wait
	LockBound     Class = "lock-bound"             // the calls wait for one another's locks
	MemoryBound   Class = "memory-bound"           // more calls at once might not fit into memory
	ServerLimited Class = "limited by the far end" // what the calls wait for does no more, or refuses more at once
	RateLimited   Class = "rate-limited"           // what the calls wait for lets no more start in a second
)

// classes are those that a controller tells apart.
var classes = map[tune.Class]Class{
	tune.Unknown: UnknownClass, tune.TooFew: TooFewCalls, tune.CPUBound: CPUBound, tune.IOBound: IOBound, tune.Mixed: Mixed,
	tune.LockBound: LockBound, tune.MemoryBound: MemoryBound, tune.FarEndLimited: ServerLimited, tune.RateLimited: RateLimited,
}
