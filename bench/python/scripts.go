// Package python holds what the commands run with Python's standard library alone: the article's two jobs, the contests of
// process pools, and the events that process pools fail at.
package python

import "embed"

// Scripts are primes.py and fetch.py for cmd/article, pools.py and worker.py for cmd/processes and failures.py for
// cmd/failures.
//
//go:embed primes.py fetch.py pools.py worker.py failures.py
var Scripts embed.FS
