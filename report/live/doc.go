// Package live shows a job or a comparison while it runs: a page on this machine, to look at only. Of a job it has the
// calls by slot as they run, how many are in flight, the rate, how long calls take, failures by their reasons, workers and
// their memory, what Auto has decided and why, and how long the rest will take.
//
//	job := live.New(live.About{Task: "fetch", Where: "pool(8)"}, counts)
//	page, err := live.Serve("127.0.0.1:0", job)
//	if err != nil { … }
//	defer page.Close()
//	fmt.Fprintln(os.Stderr, page.URL())
//	for r := range overlap.Stream(ctx, overlap.Pool(8), fetch, urls, job.Observe()) {
//		job.Ended(r.Worker, r.Index, r.Started, r.Finished, r.Err != nil)
//		…
//	}
//	job.Over("1,000 calls in 12 s")
//
// A [Job] takes in what happens, in constant memory and at a bounded cost a second: of many calls it keeps a sample. A
// [Server] sends what has changed to whoever looks, ten times a second at most.
//
// A [Comparison] has what is measured and the times so far. It sends nothing while something is measured.
package live
