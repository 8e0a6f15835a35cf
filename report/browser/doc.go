// Package browser has the tests of the pages of package report in a Chromium. It is a module of its own, so that what
// drives the browser is no dependency of Overlap.
package browser
