// Package overlap runs a task over many inputs: in order, on threads, in a pool, as coroutines or on an event loop,
// which is one argument.
//
//	pages, err := overlap.Map(ctx, overlap.Pool(8), fetch, urls)
//
// # Words
//
// A task is a named typed function from one input to one output ([Define], [Func]). A call is one task with one input.
// A job is a task and its inputs: what one [Map], one range over a [Stream], or one [Group] does. An executor is where
// calls run, and how many at once; it is the part that is exchanged. An attempt is one try at a call; retries make
// more. An [Outcome] is how a call ended, a [Result] everything about it. A worker is whatever runs calls one after
// another: a goroutine, a thread, a process, a machine's slot. A slot is the right to execute one call on an executor
// with a limit.
//
// # Executors
//
// [Sync] runs calls one after another on the caller. [Threads] runs each on an operating-system thread of its own,
// [Pool] at most n at once, [Async] each on a goroutine of its own at once, and [Loop] one at a time except while calls
// are in [Await]. [Auto] finds out by itself how many to run at once. They need no Close and leave no goroutine behind a job, so they can be written inline. A value of
// [Pool], [Threads] or [Loop] that several jobs use is a limit they share, taking turns.
//
// # Order
//
// [Map] returns values in the order of the inputs. [Stream] yields results as calls end, or in order with [Ordered].
//
// # Failure
//
// Every call ends exactly once, with one [Outcome], whatever panics, exits or is cut off. A failure names its call: it
// is a *[CallError] with the index, the input, the attempt and the outcome. A panic becomes a *[PanicError] with its
// stack as a field, unless [PropagatePanics]: the job owns the wait, so nobody can fail to see it. A task that ends its
// goroutine (runtime.Goexit, as t.FailNow does) has failed with [ErrGoexit].
//
// A cancel reaches running calls through their context and is waited for: nothing runs on after the call that started
// it returns. The one exception is a call that outlasts its [Timeout] and its [Grace]: it is abandoned, its outcome
// says so, and [AbandonedRunning] counts it until it ends.
//
// # Nested use
//
// A call may start jobs on the executor that it runs on. While it waits for them, or for a future, with its own
// context, its slot is lent to the calls it waits for, so a Pool(1) can nest to any depth. A call that waits in another
// way, on a channel for instance, keeps its slot. Calls of one job must not wait for one another.
//
// # Misuse
//
// Wrong arguments (a limit below 1, a nil task) panic with a message that begins with "overlap: ". Everything that can
// happen at run time is an error.
//
// # Compatibility
//
// Until version 1, names may change with notice in CHANGELOG.md. Rules stated in these comments are tested by package
// overlaptest and change only there as well.
package overlap
