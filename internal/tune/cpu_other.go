//go:build !unix

package tune

import "time"

// cpuTime is the CPU time that this process has used; negative where that is not known.
func cpuTime() time.Duration { return -1 }
