// Overlap is the command for the tasks that ship: fetch, primes and exec. A program of its own for other tasks is as short.
package main

import (
	"example.com/overlap/cli"
	"example.com/overlap/tasks/command"
	"example.com/overlap/tasks/fetch"
	"example.com/overlap/tasks/primes"
)

func main() { cli.Main(fetch.Task, primes.Task, command.Task) }
