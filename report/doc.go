// Package report shows what package compare has measured: a [compare.Report] as text for a terminal, as Markdown, JSON
// and CSV, as a page for a browser, and as a trace. It measures nothing and decides nothing, so that all of them say the
// same.
package report
