package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"example.com/overlap"
	"example.com/overlap/bench/python"
	"example.com/overlap/process"
)

// interpreter is what the flag -python says.
var interpreter = "python3"

// The functions are in python/worker.py. A call that may be made twice is sent with others, in one line.
var (
	pythonIncrement      = process.Remote[int, int]("python/increment")
	pythonIncrementAgain = process.Remote[int, int]("python/increment-again", overlap.Idempotent())
)

// onPython measures calls of a Python function by workers that are Python.
func onPython(task *overlap.Task[int, int]) func(ctx context.Context, calls, runs int) (measurement, error) {
	return func(ctx context.Context, calls, runs int) (m measurement, err error) {
		folder, err := os.MkdirTemp("", "processes")
		if err != nil {
			return m, err
		}
		defer os.RemoveAll(folder)
		if err := os.CopyFS(folder, python.Scripts); err != nil {
			return m, err
		}
		ours, err := exec.CommandContext(ctx, "go", "list", "-f", "{{.Dir}}", "example.com/overlap/process").Output()
		if err != nil {
			return m, fmt.Errorf("finding overlap_worker.py (run this in the folder bench): %w", err)
		}
		pool := process.Command([]string{interpreter, filepath.Join(folder, "worker.py")}, workers,
			process.Environment("PYTHONPATH="+filepath.Join(strings.TrimSpace(string(ours)), "python")))
		if err := pool.Ready(ctx); err != nil {
			return m, err
		}
		if m, err = measure(ctx, pool, incrementAll(task), calls, runs); err != nil {
			return m, err
		}
		return m, pool.Close()
	}
}
