package cluster

import (
	"fmt"

	"github.com/nats-io/nats.go"
)

// The oldest nats-server that has what is asked of it: consumers that are created under a name for some subjects.
const oldestMajor, oldestMinor = 2, 9

// isTooOld reports whether a nats-server of a version is older. One that does not say is taken not to be.
func isTooOld(version string) bool {
	var major, minor int
	if _, err := fmt.Sscanf(version, "%d.%d", &major, &minor); err != nil {
		return false
	}
	return major < oldestMajor || major == oldestMajor && minor < oldestMinor
}

// refuseOld says that the server is too old, which would leave requests without an answer.
func refuseOld(c *nats.Conn) error {
	version := c.ConnectedServerVersion()
	if !isTooOld(version) {
		return nil
	}
	return fmt.Errorf("the nats-server at %s is of version %s, which is too old: have one of %d.%d or later there",
		c.ConnectedUrlRedacted(), version, oldestMajor, oldestMinor)
}
