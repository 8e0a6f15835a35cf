package process

import (
	"strings"
	"testing"
)

func TestWhatIsACrash(t *testing.T) {
	crash := `runtime/cgo: pthread_create failed: Resource temporarily unavailable
SIGABRT: abort
PC=0x4a1e4b m=3 sigcode=18446744073709551610

goroutine 0 gp=0xc000007dc0 m=3 mp=0xc000059008 [idle]:
runtime.throw({0x512345?, 0x0?})
	/usr/local/go/src/runtime/panic.go:1101 +0x48 fp=0x7f
created by example.com/x.(*Pool).start in goroutine 31
rax    0x0
rip    0x4a1e4b`
	for line := range strings.Lines(crash) {
		line := strings.TrimSuffix(line, "\n")
		if !beginsCrash([]byte(line)) && !inCrash([]byte(line)) {
			t.Errorf("%q is no part of a crash", line)
		}
	}
	for _, line := range []string{"resized a.png", "error: no such file (a.png)", "r 12", "ready"} {
		if beginsCrash([]byte(line)) || inCrash([]byte(line)) {
			t.Errorf("%q is part of a crash", line)
		}
	}
}

func TestStarvedOfThreadsIsOutOfMemory(t *testing.T) {
	limited := &child{limited: true}
	for printed, want := range map[string]Class{
		"runtime/cgo: pthread_create failed: Resource temporarily unavailable\nSIGABRT: abort\nPC=0x1":                         OutOfMemory,
		"runtime: failed to create new OS thread (have 5 already; errno=12)\nfatal error: newosproc\n\ngoroutine 1 [running]:": OutOfMemory,
		"fatal error: all goroutines are asleep": Crashed,
	} {
		e := &DiedError{ExitCode: 2, Printed: printed}
		if got := e.classify(false, limited); got != want {
			t.Errorf("%q is %q, want %q", printed, got, want)
		}
	}
}
