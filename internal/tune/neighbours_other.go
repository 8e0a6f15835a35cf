//go:build !linux

package tune

func readMachineTime() (machineTime, bool) { return machineTime{}, false }
