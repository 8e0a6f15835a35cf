// Package source gives the inputs of a job from where people have them: arguments, ranges of numbers, lines of files
// and of pipes.
//
// A [Source] gives items, texts mostly, in their order and one at a time. A [Parser] makes an input of a task of each:
//
//	urls, err := source.Open(ctx, source.Lines, os.Stdin, "urls.txt", "-")
//	if err != nil { … }
//	defer urls.Close()
//	for r := range overlap.StreamErr(ctx, overlap.Pool(8), fetch, source.Inputs(fetch, urls)) { … }
//
// Nothing is held in memory but the item at hand, so a source may have any number of items. [Source.Check] finds the
// first bad one before anything runs, where the items can be read twice.
package source
