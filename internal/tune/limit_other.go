//go:build !linux

package tune

// memoryLimit is how much memory this process may use; 0: not known.
func memoryLimit(int64) (limit, others int64) { return 0, 0 }

// ControlGroupLimit is how much memory the control group of this process may use; 0: any, or it is not known.
func ControlGroupLimit() int64 { return 0 }
