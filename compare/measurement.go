package compare

// Measurement is one run of a job under one strategy. A figure that the operating system does not tell is nil.
type Measurement struct {
	WallSeconds     float64  `json:"wall_seconds"`      // of the Map over all inputs, and nothing else
	CPUSeconds      *float64 `json:"cpu_seconds"`       // of the process during the Map: user and system
	CoresBusy       *float64 `json:"cores_busy"`        // CPUSeconds / WallSeconds
	PeakMemoryBytes *int64   `json:"peak_memory_bytes"` // the most resident memory, on Linux during the Map

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

	Timeline *Timeline `json:"timeline,omitempty"`

	// ServerCPUSeconds is what the job's local server used for one run, where there is one and the system tells.
	ServerCPUSeconds *float64 `json:"server_cpu_seconds,omitempty"`
	Round            int      `json:"round"` // of the comparison, from 1
}

// CallTimes is how long the attempts of a job's calls ran, in seconds.
type CallTimes struct {
	Sum    float64 `json:"sum_seconds"`
	Median float64 `json:"median_seconds"`
	P95    float64 `json:"p95_seconds"` // 95 % took at most this
	Max    float64 `json:"max_seconds"`
}
