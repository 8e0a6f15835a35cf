package overlap

import (
	"fmt"
	"reflect"
	"runtime"
)

// Executor is where calls run, and how many at once: the interchangeable part. Ours are [Sync], [Threads], [Pool],
// [Async] and [Loop]. An Executor is safe for concurrent use by many jobs.
//
// Start arranges for the calls of job to run, by one of [Job.Inline], [Job.Serve], [Job.Go] and [Job.Offer], and
// returns at once. An error means that the executor refuses the job and that none of its calls has run; it says why and
// what to use instead. The job itself starts, joins and replaces the workers. Package overlaptest has the conformance
// suite that every executor must pass.
type Executor interface {
	Start(job *Job) error
	// String is the executor's name, with its limit if it was given one: "pool(8)".
	String() string
}

// Description is what an executor says of itself, for tables.
type Description struct {
	What string // what it is
	For  string // what to use it for
}

// Describer is an executor that describes itself, as all of ours do.
type Describer interface{ Describe() Description }

// mustBeExecutor panics when the executor that the public function where was given is nil.
func mustBeExecutor(where string, executor Executor) {
	if executor == nil {
		panic(fmt.Sprintf("overlap: %s: the executor is nil; overlap.Pool(8) is one", where))
	}
	if v := reflect.ValueOf(executor); v.Kind() == reflect.Pointer && v.IsNil() {
		panic(fmt.Sprintf("overlap: %s: the executor is a nil %T", where, executor))
	}
}

// DefaultWorkers is how many workers a pool has when nobody says: min(32, GOMAXPROCS+4), as Python's
// ThreadPoolExecutor, which leaves room for some calls that wait without flooding a large machine.
func DefaultWorkers() int { return min(32, runtime.GOMAXPROCS(0)+4) }
