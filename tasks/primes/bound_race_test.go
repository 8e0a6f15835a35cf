//go:build race

package primes

// mostCounted is the largest n whose primes the tests count: the race detector makes sieving thirty times slower.
const mostCounted = 10_000_000
