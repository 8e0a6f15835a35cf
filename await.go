package overlap

import "context"

// Await runs fn, which waits for something: an answer, a file, a clock. Under [Loop] other calls run meanwhile, and
// Await returns when it is this call's turn again; under every other executor, and outside of any call, it just calls
// fn. Call it on the call's own goroutine, with the call's context. What fn touches must be safe to touch while other
// calls run. A panic and a Goexit of fn pass through, also on a turn of this call; fn itself must watch ctx.
func Await[T any](ctx context.Context, fn func() (T, error)) (T, error) {
	mustHave(ctx, "Await")
	if f := frameOf(ctx); f != nil && f.slots != nil && f.slots.cooperative {
		f.slots.giveUp(f)
		defer f.slots.comeBack(f)
	}
	return fn()
}
