package durable

import (
	"os"
	"time"
)

const (
	// dying is how long a process that has been killed may still be there, with its locks.
	dying = 100 * time.Millisecond
	// inherited is how long a child that a killed process had begun to start may have its locks: until it is another program.
	// On a busy machine that takes longer than some milliseconds.
	inherited = time.Second
	// lockRetry is the time between two tries for a lock.
	lockRetry = 10 * time.Millisecond
)

// waitForLock takes the file for this process, once those have ended that may have the lock of a killed run. The error
// says who has it else.
func waitForLock(file *os.File, name string) error {
	begun := time.Now()
	for lock(file) {
		held := holder(name, file)
		patience := inherited
		if held.PID > 0 && isAlive(held.PID) {
			patience = dying
		}
		if time.Since(begun) >= patience {
			return held
		}
		time.Sleep(lockRetry)
	}
	return nil
}
