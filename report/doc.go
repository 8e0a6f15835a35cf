// Package report shows what package compare has measured: one [compare.Report] as text for a terminal, as Markdown and
// as JSON. It measures nothing and decides nothing, so that all of them say the same.
package report
