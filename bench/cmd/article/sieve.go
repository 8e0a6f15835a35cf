package main

import (
	"context"

	"example.com/overlap"
	primestask "example.com/overlap/tasks/primes"
)

const firstNumber, lastNumber = 1000, 15_999

// primesPlain returns how many primes there are in the lists of all numbers together, by the plain sieve.
func primesPlain(ctx context.Context, executor overlap.Executor, _ string) (int, error) {
	return primesBy(ctx, executor, overlap.Func(sieve), func(list []int) int { return len(list) })
}

// primesShipped is primesPlain by the sieve that Overlap ships.
func primesShipped(ctx context.Context, executor overlap.Executor, _ string) (int, error) {
	return primesBy(ctx, executor, primestask.Task, func(p primestask.Primes) int { return len(p.List) })
}

func primesBy[In int | int64, Out any](ctx context.Context, executor overlap.Executor, task *overlap.Task[In, Out],
	size func(Out) int) (int, error) {
	var numbers []In
	for n := In(firstNumber); n <= lastNumber; n++ {
		numbers = append(numbers, n)
	}
	lists, err := overlap.Map(ctx, executor, task, numbers)
	count := 0
	for _, list := range lists {
		count += size(list)
	}
	return count, err
}

// sieve is the plain sieve of Eratosthenes, step for step what primes.py does, so that the two languages and their
// facilities are compared rather than two algorithms.
func sieve(_ context.Context, n int) ([]int, error) {
	composite := make([]bool, n+1)
	for i := 2; i*i <= n; i++ {
		if composite[i] {
			continue
		}
		for multiple := i * i; multiple <= n; multiple += i {
			composite[multiple] = true
		}
	}
	var list []int
	for i := 2; i <= n; i++ {
		if !composite[i] {
			list = append(list, i)
		}
	}
	return list, nil
}
