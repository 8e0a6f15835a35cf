// An executor of one's own takes twenty lines. Package overlaptest has the conformance suite to prove it with.
package main

import (
	"context"
	"fmt"

	"example.com/overlap"
)

// staff is n goroutines for each job, which wait for calls as long as the job lasts.
type staff int

func (n staff) Start(job *overlap.Job) error {
	for range n {
		job.Go(func(w *overlap.Worker) {
			for call, ok := w.Next(); ok; call, ok = w.Next() {
				w.Run(call)
			}
		})
	}
	return nil
}

func (n staff) String() string { return fmt.Sprintf("staff(%d)", int(n)) }

func main() {
	double := overlap.Func(func(_ context.Context, n int) (int, error) { return 2 * n, nil })
	out, err := overlap.Map(context.Background(), staff(3), double, []int{1, 2, 3, 4, 5})
	fmt.Println(staff(3), out, err)
}
