package process

import (
	"context"
	"fmt"
	"os"

	"example.com/overlap"
)

// initVariable names the task that a worker calls before its first other one.
const initVariable = "OVERLAP_INIT"

// ownPath is this program's file, asked for before anybody can have changed the folder.
var ownPath, _ = os.Executable()

func initialize(name string) (err error) {
	t, ok := overlap.Lookup(name)
	if !ok {
		return fmt.Errorf("it is not defined in the worker")
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return t.Bind().Call(context.Background())
}
