// Package cluster runs calls on workers on many machines, through an engine that carries them: NATS JetStream, within
// this program ([Embedded]) or by itself ([Connect]).
//
//	func main() {
//		process.Main() // first: the worker's processes are this program
//		engine, err := cluster.Embedded()
//		…
//		defer engine.Close()
//		go cluster.Work(ctx, engine.Join(), process.New(8), 8) // here, and in other processes on other machines
//		pages, err := overlap.Map(ctx, engine, fetch, urls)
//	}
//
// # The story
//
// A job hands out calls. The executor puts some of one task into a chunk, as many as take a worker some milliseconds,
// and submits it to the engine's queue for that task. A worker takes the chunk, which has left the queue by that, runs
// its calls on an executor of its own, and answers each to the submitter as it ends. The submitter collects the
// answers, and ends the calls. While a worker runs a chunk it says so twice a second.
//
// # Each result once
//
// Whatever the engine, the network and the workers do, each call has one result: the submitter holds the call until
// then, takes the first answer to it, and drops all others. It has the call made again when the worker that had it has
// said nothing for some seconds, or when the chunk is neither in the queue nor with a worker. So a call may be made
// twice. Nothing that matters is in the engine alone: it keeps its queue in memory, and one that is killed costs time.
//
// With [overlap.AtMostOnce] none is made twice: a worker asks the submitter before it begins a call, which says yes to the
// first who asks. A call of which nothing is heard after that fails with [overlap.ErrMayHaveRun].
//
// A call whose worker's process died is made again by itself. After three deaths it fails as [overlap.WorkerDied], with
// what they said, and the job goes on. A worker that is alive but works long is waited for: bound calls by
// [overlap.Timeout].
//
// # Values and versions
//
// Values and errors cross as they do to worker processes (package process). A worker gets calls of tasks only that it
// has under the same name and of the same [overlap.Version], with the same types of input and output, field by field. Values of any size cross; those
// that do not fit into a message are fetched from whoever has them, piece by piece.
//
// # Trust
//
// Whoever has the join string can take calls and answer them. An engine listens on this machine alone unless told
// otherwise, and then with TLS, whose key the join string names. Each chunk has a secret of its own, and
// an answer without it is dropped, so that a worker cannot answer a call that it was not given.
package cluster
