// Package source gives the inputs of a job from where people have them: arguments, ranges of numbers, lines of files
// and of pipes, CSV and JSON lines, the files that match a pattern, combinations of several lists, chunks of a big
// file.
//
// A [Source] gives items, texts mostly, in their order and one at a time. A [Parser] makes an input of a task of each:
//
//	urls, err := source.Open(ctx, source.Lines, os.Stdin, "urls.txt", "-")
//	if err != nil { … }
//	defer urls.Close()
//	for r := range overlap.StreamErr(ctx, overlap.Pool(8), fetch, source.Inputs(fetch, urls)) { … }
//
// Nothing is held in memory but the item at hand, so a source may have any number of items; [Shuffle] and [Combine]
// hold what they say. [Source.Check] finds the first bad item before anything runs, where the items can be read twice.
//
// For inputs that are no texts there are [Batches], [Channel], [Crawl], whose calls find more inputs, and [Then], which
// makes the results of one stream the inputs of the next.
package source
