// Package python holds the article's two jobs written with Python's standard library, for cmd/article to run.
package python

import "embed"

// Scripts are primes.py and fetch.py.
//
//go:embed primes.py fetch.py
var Scripts embed.FS
