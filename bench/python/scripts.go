// Package python holds what the commands run in Python, with its standard library alone unless they say otherwise: the
// article's two jobs, many requests, the contests of process pools and of clusters, and the events that process pools fail at.
package python

import "embed"

// Scripts are primes.py and fetch.py for cmd/article, many.py for cmd/fetchers, pools.py and worker.py for
// cmd/processes, failures.py for cmd/failures and cluster.py for cmd/cluster.
//
//go:embed primes.py fetch.py many.py pools.py worker.py failures.py cluster.py
var Scripts embed.FS
