package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	scripts "example.com/overlap/bench/python"
)

var interpreter = "python3"

func noDask() string { return lacks("distributed", "apt install python3-distributed") }

func noCelery() string {
	if _, err := exec.LookPath("redis-server"); err != nil {
		return "redis-server is not installed: apt install redis-server python3-celery python3-redis"
	}
	return lacks("celery, redis", "apt install redis-server python3-celery python3-redis")
}

// lacks says that Python has not some modules, and how they are installed; "" where it has them.
func lacks(modules, how string) string {
	if err := exec.Command(interpreter, "-c", "import "+modules).Run(); err != nil {
		return fmt.Sprintf("%s does not have %s: %s", interpreter, modules, how)
	}
	return ""
}

// python has numbers incremented by two workers of "dask" or "celery", and is what the script says of the time; starting
// what runs there does not count.
func python(what string) func(context.Context, int) (time.Duration, error) {
	return func(ctx context.Context, calls int) (took time.Duration, err error) {
		folder, err := os.MkdirTemp("", "peers")
		if err != nil {
			return 0, err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
		if err := os.CopyFS(folder, scripts.Scripts); err != nil {
			return 0, err
		}
		ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
		defer cancel()
		child := exec.CommandContext(ctx, interpreter, filepath.Join(folder, "cluster.py"), what, strconv.Itoa(calls))
		child.Dir, child.Stderr = folder, os.Stderr
		child.Cancel = func() error { return child.Process.Signal(os.Interrupt) } // it ends what it has started
		child.WaitDelay = 10 * time.Second
		line, err := child.Output()
		if err != nil {
			return 0, err
		}
		var m struct {
			Seconds float64 `json:"seconds"`
			Answer  int     `json:"answer"`
		}
		if err := json.Unmarshal(line, &m); err != nil {
			return 0, fmt.Errorf("printed %q instead of a measurement: %w", line, err)
		}
		if want := calls * (calls + 1) / 2; m.Answer != want {
			return 0, fmt.Errorf("its answer is %d, want %d", m.Answer, want)
		}
		return time.Duration(m.Seconds * float64(time.Second)), nil
	}
}
