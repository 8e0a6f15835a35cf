//go:build !unix

package cli

// onReaderGone does nothing here: the next write tells.
func onReaderGone(any, func()) (stop func()) { return func() {} }
