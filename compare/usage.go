package compare

// cpuTime is how much CPU time a process has used, where the system tells.
type cpuTime struct {
	seconds float64
	known   bool
}

// since is the seconds from then to t, or nil if they are not known.
func (t cpuTime) since(then cpuTime) *float64 {
	if !t.known || !then.known {
		return nil
	}
	return new(max(0, t.seconds-then.seconds))
}
