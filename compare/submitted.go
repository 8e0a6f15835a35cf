package compare

import (
	"context"

	"example.com/overlap"
)

// Submitted is an executor that is measured with a future for each call, as the users of ProcessPoolExecutor.submit
// have, instead of with [overlap.Map].
type Submitted struct{ overlap.Executor }

// runJob makes all calls and returns their values in the order of the inputs.
func runJob(
	ctx context.Context, executor overlap.Executor, task *overlap.Task[any, any], inputs []any, options []overlap.Option,
) ([]any, error) {
	submitted, ok := executor.(Submitted)
	if !ok {
		return overlap.Map(ctx, executor, task, inputs, options...)
	}
	group := overlap.NewGroup(ctx, submitted.Executor, options...)
	futures := make([]*overlap.Future[any], len(inputs))
	for i, input := range inputs {
		futures[i] = overlap.Submit(group, task, input)
	}
	values := make([]any, len(inputs))
	for i, future := range futures {
		values[i], _ = future.Wait(ctx) // a failure is in the group's error
	}
	return values, group.Wait()
}
