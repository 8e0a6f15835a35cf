// Package command is the task exec: it runs a program for an input, as xargs and GNU parallel do, and says how it went.
//
//	convert, err := command.Parse([]string{"convert", "{}", "{.}.webp"}, command.Syntax{})
//	…
//	for r := range overlap.StreamErr(ctx, overlap.Pool(8), command.Task, convert.Inputs(names)) {
//
// A [Template] makes inputs of a command line with placeholders, such as {} and {.}. They are replaced inside its
// words, and the words are the program's arguments as they are: no shell is between them, unless [Syntax] names one,
// and then, too, what is put in is never code.
//
// A command whose exit code is not 0, or that a signal killed, is a failed call; its [Error] has the [Value] as well,
// so that nothing that it printed is lost.
//
// Each command is the leader of a session, and so of a process group, of its own: it has no terminal to ask at. When
// its call is canceled or times out, and when this program dies, be it by kill -9, its whole group ends. What has left
// the group (setsid does that) is not found, nor is what a command starts in the first moments of its life, in which
// this program has not yet noted the group, if this program is killed just then. A command that ends by itself leaves
// behind what it has started: that goes on, and holds up nothing, even if it keeps the output open; what it prints then
// is dropped.
//
// Commands run on Unix alone; elsewhere calls fail with an error that says so.
package command

import (
	"context"

	"example.com/overlap"
)

// Task runs a command with [Default].
var Task = overlap.Define("exec", func(ctx context.Context, in Input) (Value, error) { return Default.Run(ctx, in) },
	overlap.RunsProcesses())

// Default is the runner of [Task]. A program that wants other options replaces it before its first call.
var Default = New(Options{})

func init() { overlap.DefineErrorType[*Error]("command") }
