// Package fetch is the task that makes one HTTP request and measures it: IO-bound work, since a call does nothing but
// wait for its server.
//
//	pages, err := overlap.Map(ctx, overlap.Async(), fetch.Task, []fetch.Request{{URL: "http://example.com/"}})
//
// A status of 400 or more is a failed call, and so is a redirect to nowhere, see [StatusError]; everything else that
// can go wrong is an [Error]. Both say whether another attempt makes sense, which [overlap.Retry] asks them. What will
// fail again does not: a bad address, a proxy that cannot be read, a certificate, a response against the rules of
// HTTP.
package fetch

import (
	"context"

	"example.com/overlap"
)

// Task makes one request with [Default]. An attempt takes 10 minutes at the most unless its [Settings] or [Options] say
// otherwise; an [overlap.Timeout] of the job holds as well.
var Task = overlap.Define("fetch", func(ctx context.Context, r Request) (Page, error) { return Default.Fetch(ctx, r) })

// Failures are what they are wherever a request was made: retries, limits by host and results go by them.
func init() {
	overlap.DefineErrorType[*Error]("fetch")
	overlap.DefineErrorType[*StatusError]("fetch/status")
	overlap.DefineErrorType[*HostError]("fetch/host")
}

// Default is the client of [Task]. A program that wants other options replaces it before its first call.
var Default = New(Options{})
