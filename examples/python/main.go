// Many inputs through a function in Python, on worker processes: an input that raises, exits, crashes the interpreter or
// never comes back fails alone.
package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/overlap"
	"example.com/overlap/process"
)

// The function is in tasks.py.
var digits = process.Remote[string, int]("digits", overlap.Timeout(time.Second), overlap.Grace(0))

func main() {
	workers := process.Command([]string{"python3", "../../process/python/overlap_worker.py", "tasks"}, 2,
		process.Environment("PYTHONPATH=."),
		process.Silent()) // without this, what the workers print comes out here
	defer workers.Close()

	var inputs []string
	for i := range 1000 {
		inputs = append(inputs, fmt.Sprint("input ", i))
	}
	inputs[100], inputs[300], inputs[500], inputs[700] = "", "exit", "crash", "loop"

	out, err := overlap.Map(context.Background(), workers, digits, inputs, overlap.KeepGoing())
	total := 0
	for _, n := range out {
		total += n
	}
	fmt.Println("digits in all:", total)

	job, ok := errors.AsType[*overlap.JobError](err)
	if !ok {
		fmt.Println("no call failed:", err)
		return
	}
	fmt.Println(len(inputs)-len(job.Failed), "of", job.Total, "calls succeeded")
	for _, failed := range job.Failed {
		fmt.Printf("input %d, %q, %v", failed.Index, failed.Input, failed.Outcome)
		if died, ok := errors.AsType[*process.DiedError](failed.Err); ok {
			fmt.Printf(": the worker %s", died.Class)
		}
		if said, ok := errors.AsType[*process.RemoteError](failed.Err); ok {
			fmt.Printf(": %s: %s", said.Type, said.Text)
		}
		fmt.Println()
	}
}
