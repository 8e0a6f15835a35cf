package cluster

import (
	"fmt"
	"net"

	"github.com/nats-io/nats.go"
)

// Embedded starts an engine in this program and returns an executor on it. Workers come by its [Executor.Join]. The
// error says what is wrong with an address, or a file of keys, before anything runs.
func Embedded(options ...Option) (*Executor, error) {
	s := with("Embedded", options)
	run, err := startEngine(s)
	if err != nil {
		return nil, err
	}
	connection, err := nats.Connect("",
		append(lasting(), nats.InProcessServer(run.server), withKey(run.identity.submitter))...)
	if err != nil {
		run.stop()
		return nil, fmt.Errorf("the engine has started and cannot be reached: %w", err)
	}
	e, err := newJetStream(connection, run.stop)
	if err != nil {
		connection.Close()
		run.stop()
		return nil, err
	}
	x, err := newExecutor(e, s)
	if err != nil {
		e.close()
		return nil, err
	}
	if x.join, err = run.joinBy(run.identity.worker); err != nil {
		_ = x.Close()
		return nil, err
	}
	return x, nil
}

// Engine is an engine in this program, for submitters and workers in others.
type Engine struct {
	run          *running
	submit, join string
}

// Start starts an engine in this program. Its keys should be kept ([Keys]), so that those who are there come back to it
// when it has been started again.
func Start(options ...Option) (*Engine, error) {
	run, err := startEngine(with("Start", options))
	if err != nil {
		return nil, err
	}
	e := &Engine{run: run}
	if e.submit, err = run.joinBy(run.identity.submitter); err == nil {
		e.join, err = run.joinBy(run.identity.worker)
	}
	if err != nil {
		run.stop()
		return nil, err
	}
	return e, nil
}

// Join is what a worker needs to come here: see [Executor.Join].
func (e *Engine) Join() string { return e.join }

// Submit is what [Connect] takes for an executor on the engine, in one line. Who has it can do everything on the
// engine.
func (e *Engine) Submit() string { return e.submit }

// Drain ends the engine gently, within about 3 s: it takes no more calls and connections, lets answers that are under way
// come through for a second, and then those who are connected go one after another, so that they do not all come to its
// successor at once. They wait for that as after Close, which may be called meanwhile to end it at once.
func (e *Engine) Drain() { e.run.retire() }

// Close stops the engine. Those who are connected wait for it to come back.
func (e *Engine) Close() error {
	e.run.stop()
	return nil
}

// startEngine starts a server as the settings say.
func startEngine(s settings) (*running, error) {
	i, err := newIdentity()
	if s.keys != "" {
		i, err = keptIdentity(s.keys)
	}
	if err != nil {
		return nil, fmt.Errorf("the engine's keys: %w", err)
	}
	at, err := listening(s.listen)
	if err != nil {
		return nil, err
	}
	if _, _, err := net.SplitHostPort(s.known); s.known != "" && (err != nil || isLoopback(at.host)) {
		return nil, fmt.Errorf("the engine cannot be known as %q: give an address such as engine:7422, and have it listen "+
			"for other machines", s.known)
	}
	return startServer(i, at, s)
}
