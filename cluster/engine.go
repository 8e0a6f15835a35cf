package cluster

import (
	"context"
	"errors"
)

// errDenied is that a worker's key is not for the calls of a task.
var errDenied = errors.New("the key is not for this task")

// errShutOut is an engine that is there and lets a submitter in no more which it had let in.
var errShutOut = errors.New("the engine does not take this key or password any more: it has other ones now; " +
	"take the string for jobs that it prints now, or the URL with the new password")

// fullError is a queue with no room for a chunk, which may have been refused for that, or may have been taken before.
type fullError struct{ holds string }

func (e *fullError) Error() string {
	return "the engine's queue is full of calls that no worker has taken (" + e.holds + "): start more workers, or pause or cancel " +
		"jobs whose calls these are (overlap jobs lists them)"
}

// errNobody is that a question has been put to nobody.
var errNobody = errors.New("nobody is there to answer")

// engine carries chunks of calls from a submitter to one worker of many, and messages between them. It may lose,
// repeat, delay and reorder all that it carries: what is right does not depend on it, only how soon. Its methods are
// safe for concurrent use.
type engine interface {
	// open has the engine keep a queue for a task. Opening it again does nothing.
	open(ctx context.Context, task string) error
	// submit puts a chunk into the queue of a task. It waits for nothing.
	submit(task, session string, chunk []byte) offer
	// permits returns what reports whether this side may take chunks of a task, as far as the engine says.
	permits(ctx context.Context) (may func(task string) bool)
	// take waits for a chunk from the queue of a task, which leaves the queue: no other worker gets it. errDenied is that
	// this side may not have any. A chunk that was on its way when ctx ended is taken all the same.
	take(ctx context.Context, task string) ([]byte, error)
	// send sends a message to all who listen at an address. It waits for nothing; an error says that it is not on its way.
	send(to address, message []byte) error
	// listen gives the messages to an address to handle, one after another, until stop is called.
	listen(at address, handle func(message []byte)) (stop func(), err error)
	// ask sends a question to an address, and waits for the answer. errNobody is that the engine knows of nobody there.
	ask(ctx context.Context, to address, question []byte) ([]byte, error)
	// reply answers the questions to an address, one after another, until stop is called.
	reply(at address, answer func(question []byte) []byte) (stop func(), err error)
	// largest is how many bytes a message or a chunk may have.
	largest() int
	// connected reports whether the engine can be reached, as far as this side knows.
	connected() bool
	// shutOut is why this side cannot come back to the engine by itself, nil while it may.
	shutOut() error
	// drop forgets what a session has submitted and nobody has taken.
	drop(ctx context.Context, session string) error
	close()
}

// offer is a chunk that has been submitted.
type offer interface {
	// waits reports whether the chunk is in the queue, where it may come a moment after it was submitted. A [fullError] says
	// that it is not, and why it may not have got there, any other that nobody knows.
	waits(ctx context.Context) (bool, error)
	// withdraw takes the chunk out of the queue, and reports whether it was there.
	withdraw(ctx context.Context) (bool, error)
}

// address is where messages go.
type address string

const (
	toWorkers  address = "workers"  // what sessions tell all workers
	toSessions address = "sessions" // what workers tell all sessions
)

// The addresses of one session, for answers and for questions; and those of one worker, for questions.
func answersTo(session string) address { return address("answers." + session) }
func questionsTo(who string) address   { return address("questions." + who) }
