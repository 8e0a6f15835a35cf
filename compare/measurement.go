package compare

// Measurement is one run of a job under one strategy. A figure that the operating system does not tell is nil.
type Measurement struct {
	WallSeconds     float64  `json:"wall_seconds"`      // of the Map over all inputs, and nothing else
	CPUSeconds      *float64 `json:"cpu_seconds"`       // of the process during the Map: user and system
	CoresBusy       *float64 `json:"cores_busy"`        // CPUSeconds / WallSeconds
	PeakMemoryBytes *int64   `json:"peak_memory_bytes"` // the most resident memory, on Linux during the Map

	// CoreWaitSeconds is how long threads were ready to run and waited for a core: of the process and of its workers, but
	// not of other children. GoroutineWaitSeconds is the same for goroutines, whose queue is Go's own: an estimate.
	CoreWaitSeconds      *float64 `json:"core_wait_seconds"`
	GoroutineWaitSeconds float64  `json:"goroutine_wait_seconds"`

	// GILWaitSeconds is how long a thread beside the calls waited for the GIL when it wanted it, on average; nil unless the
	// order was to find that out.
	GILWaitSeconds *float64 `json:"gil_wait_seconds,omitempty"`

	// OthersBusy is how many cores other programs kept busy meanwhile, on average.
	OthersBusy *float64 `json:"others_busy"`

	// RanOn is where the calls ran, counted; nil where that is not known.
	RanOn *RanOn `json:"ran_on"`

	Auto *AutoFound `json:"auto,omitempty"` // of the strategy auto

	Calls         int       `json:"calls"`
	Failed        int       `json:"failed"`
	FailureSample []string  `json:"failure_sample,omitempty"` // the first three
	PeakInFlight  int       `json:"peak_in_flight"`           // attempts that ran at one moment
	CallTimes     CallTimes `json:"call_times"`

	// Answers is the SHA-256 over each call's index and value, or over its index and outcome if it failed. A value with
	// a method Answer() any (on the value, not on a pointer to it) counts by what that returns: the part that must be
	// the same whenever the call is made. Otherwise everything in it counts, fields that are not exported too: numbers
	// by their bits, times as instants, pointers by what they point to, maps in any order; a nil slice, map or pointer
	// is not an empty one; of functions and channels only whether they are nil; names of types do not count. It says
	// whether two runs on one kind of machine gave the same, and nothing more.
	Answers string `json:"answers"`

	Where *Where `json:"where"` // the time went; nil where the system does not tell CPU times

	Timeline *Timeline `json:"timeline,omitempty"`

	// ServerCPUSeconds is what the job's local server used for one run, where there is one and the system tells.
	ServerCPUSeconds *float64 `json:"server_cpu_seconds,omitempty"`
	Round            int      `json:"round"` // of the comparison, from 1

	seen *Measurement // the run in which its calls were looked at; nil for this one
}

// RanOn is on how many processes, threads and goroutines the calls of a job ran, counted; 0 is not known. Threads and
// goroutines are those of all processes together, of workers in Go not known.
type RanOn struct {
	Processes  int `json:"processes"`
	Threads    int `json:"threads"`
	Goroutines int `json:"goroutines,omitempty"`
	Sample     int `json:"sample,omitempty"` // of how many calls threads and goroutines were counted, if not of all
}

// CallTimes is how long the attempts of a job's calls ran, in seconds.
type CallTimes struct {
	Sum    float64 `json:"sum_seconds"`
	Median float64 `json:"median_seconds"`
	P95    float64 `json:"p95_seconds"` // 95 % took at most this
	Max    float64 `json:"max_seconds"`
}
