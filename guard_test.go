package overlap

import (
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
)

func TestGuardedSaysHowForeignCodeEnded(t *testing.T) {
	if err := guarded(func() {}); err != nil {
		t.Errorf("of a function that returns: %v", err)
	}
	if err := guarded(runtime.Goexit); err != ErrGoexit {
		t.Errorf("of a function that ends its goroutine: %v", err)
	}
	err := guarded(func() { panic(io.EOF) })
	p, ok := errors.AsType[*PanicError](err)
	if !ok || !errors.Is(err, io.EOF) || !strings.Contains(string(p.Stack), "TestGuardedSaysHowForeignCodeEnded") {
		t.Errorf("of a function that panics: %v", err)
	}
	if err := guarded(func() { panic(nil) }); err == nil {
		t.Error("panic(nil) is a panic")
	}
}
