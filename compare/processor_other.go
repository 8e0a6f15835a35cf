//go:build !linux

package compare

func processorName() string { return "" }
