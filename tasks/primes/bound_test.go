//go:build !race

package primes

// mostCounted is the largest n whose primes the tests count.
const mostCounted = 1_000_000_000
