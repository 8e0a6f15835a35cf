package compare

import (
	"reflect"
	"runtime"
	"runtime/debug"

	"example.com/overlap"
)

// Machine is where a report was measured.
type Machine struct {
	OS         string `json:"os"`
	Arch       string `json:"arch"`
	Cores      int    `json:"cores"`
	GOMAXPROCS int    `json:"gomaxprocs"` // the cores a Go program uses, less than Cores in a container with a quota
	GoVersion  string `json:"go_version"`
	CPU        string `json:"cpu"`     // the processor's name, where the system tells
	Overlap    string `json:"overlap"` // this library's version
}

// thisMachine is the one this process runs on.
func thisMachine() Machine {
	return Machine{
		OS: runtime.GOOS, Arch: runtime.GOARCH, Cores: runtime.NumCPU(), GOMAXPROCS: runtime.GOMAXPROCS(0),
		GoVersion: runtime.Version(), CPU: processorName(), Overlap: libraryVersion(),
	}
}

// libraryVersion is that of this module in the program, by itself or as one that the program uses.
func libraryVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	path := reflect.TypeFor[overlap.Outcome]().PkgPath()
	for _, module := range info.Deps {
		if module.Path == path {
			return module.Version
		}
	}
	if info.Main.Path == path {
		return info.Main.Version
	}
	return ""
}
