// Package process runs calls on worker processes: the same binary, started again. What crashes, hangs or eats memory
// there hurts one call.
//
//	func main() {
//		process.Main() // first: it does not return in a worker
//		workers := process.New(4)
//		defer workers.Close()
//		out, err := overlap.Map(ctx, workers, resize, files)
//	}
//
// # Values
//
// Inputs and results cross as CBOR, and byte slices, strings, numbers and flat slices of numbers as they are. A type
// that cannot cross (a channel, a function, an interface, a struct with unexported fields and no marshaler) is refused
// when the job starts, with the path of the field. A value that fails to encode or decode fails its own call only.
//
// # Death
//
// A worker that exits, panics outside the call, crashes, is killed or runs out of memory fails at most the call that it
// was running, with a *[DiedError] that says how, what it last printed and what it was running. Calls it had been sent
// but had not started run elsewhere, and that is no attempt. A call that had ended, but whose result was lost with the
// worker, runs again if its task is declared [overlap.Idempotent], and otherwise ends with [ErrResultLost].
//
// What a worker started is killed with it, as far as it is still in the worker's process group, or all of it where the
// worker has a cgroup: see [MemoryLimit] and [Cgroup]. That holds as well when the parent dies first, of whatever: a
// small shell in a group of its own, which is there as long as the parent has workers, then kills their groups. What
// has left its group (setsid, setpgid, a job of an interactive shell) is not killed without a cgroup, nor with one if
// the parent dies first.
//
// # Time
//
// Timeout kills: when it and the Grace after it have passed, the worker's goroutines are printed, the worker is killed
// with all its children, and another takes its place. The bound holds for tight loops and blocked C code, to some 10
// ms.
//
// A call that is canceled is told so by its context, and has its Grace to end, 1 s unless said; then its worker is
// killed in the same way, so that Map, Stream and Group.Wait return. Without a timeout or a cancel nothing bounds a
// call, and Close waits for those that run. A call whose worker died is tried again only if its task is declared
// [overlap.Idempotent] and has a [overlap.RetryPolicy].
//
// # Nesting
//
// A call in a worker may use a pool of its own; a call in one of that pool's workers may not, and is told so.
//
// # Other languages
//
// [Command] runs calls on workers that are any command which speaks a protocol of JSON lines on its standard input and
// output; see PROTOCOL.md. python/overlap_worker.py is the worker's side for Python. A task that only they have is made
// with [Remote].
//
// # Parents and children
//
// Workers go when their parent does, however it ends. Ctrl-C in a terminal reaches the parent only. Workers read
// nothing from the parent's standard input; what they print goes to its standard error, line by line with the worker's
// name.
package process
