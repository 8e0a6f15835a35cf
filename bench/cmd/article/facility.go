package main

import (
	"slices"
	"strings"
)

const (
	fetch     = "fetch"
	primes    = "primes"
	byPython  = "python"
	byOverlap = "overlap"
	baseline  = "sequential"
)

// modules follow a Python facility's name where it is not the standard library that makes the requests.
var modules = []string{"requests", "httpx"}

// shippedSieve follows a strategy's name where the sieve is not the plain one but that of tasks/primes.
const shippedSieve = ", tasks/primes"

// facility is one way to do one job.
type facility struct {
	job, by, name string
	counterpart   string // of one of ours: the Python facility for the same purpose
}

// module is the Python module that the facility needs and the standard library does not have, "" if there is none.
func (f facility) module() string {
	_, module, _ := strings.Cut(f.name, ", ")
	if f.by == byPython && slices.Contains(modules, module) {
		return module
	}
	return ""
}

// String is job/by name, such as "fetch/python asyncio".
func (f facility) String() string { return f.job + "/" + f.by + " " + f.name }

// facilities are all of them; each job's baseline is first.
var facilities = []facility{
	{fetch, byPython, baseline, ""},
	{fetch, byPython, "threading", ""},
	{fetch, byPython, "ThreadPoolExecutor", ""},
	{fetch, byPython, "asyncio", ""},
	{fetch, byPython, baseline + ", requests", ""},
	{fetch, byPython, "threading, requests", ""},
	{fetch, byPython, "ThreadPoolExecutor, requests", ""},
	{fetch, byPython, "asyncio, httpx", ""},
	{fetch, byOverlap, "sync", baseline},
	{fetch, byOverlap, "threads", "threading"},
	{fetch, byOverlap, "pool", "ThreadPoolExecutor"},
	{fetch, byOverlap, "async", "asyncio"},
	{fetch, byOverlap, "loop", "asyncio"},

	{primes, byPython, baseline, ""},
	{primes, byPython, "Pool", ""},
	{primes, byPython, "ProcessPoolExecutor", ""},
	{primes, byOverlap, "sync", baseline},
	{primes, byOverlap, "threads", "ProcessPoolExecutor"},
	{primes, byOverlap, "pool", "Pool"},
	{primes, byOverlap, "async", "ProcessPoolExecutor"},
	{primes, byOverlap, "loop", baseline},
	{primes, byOverlap, "sync" + shippedSieve, baseline},
	{primes, byOverlap, "pool" + shippedSieve, "Pool"},
}
