//go:build !linux

package compare

type machineLoad struct {
	seconds float64
	cores   int
}

func readMachineLoad() (machineLoad, bool) { return machineLoad{}, false }

func coreWait(int) (seconds float64, known bool) { return 0, false }
