package main

import (
	"context"
	"errors"
	"net/rpc"
	"os"
	"os/exec"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
)

// hashicorp/go-plugin is what Go programs use to run Go code in another process: net/rpc over a socket to one process,
// which is this program started again.

var handshake = plugin.HandshakeConfig{
	ProtocolVersion: 1, MagicCookieKey: "PROCESSES_PLUGIN", MagicCookieValue: "increment",
}

var plugins = plugin.PluginSet{"increment": incrementPlugin{}}

type incrementPlugin struct{}

func (incrementPlugin) Server(*plugin.MuxBroker) (any, error) { return Incrementer{}, nil }

func (incrementPlugin) Client(_ *plugin.MuxBroker, client *rpc.Client) (any, error) {
	return client, nil
}

// Incrementer is what net/rpc serves, which is why it is exported.
type Incrementer struct{}

// Increment has the form that net/rpc wants.
func (Incrementer) Increment(n int, out *int) error {
	*out = n + 1
	return nil
}

// servePlugin serves, and never returns, in a process that go-plugin has started; elsewhere it does nothing.
func servePlugin() {
	if os.Getenv(handshake.MagicCookieKey) != handshake.MagicCookieValue {
		return
	}
	plugin.Serve(&plugin.ServeConfig{HandshakeConfig: handshake, Plugins: plugins, Logger: hclog.NewNullLogger()})
	os.Exit(0)
}

func measurePlugin(_ context.Context, calls, runs int) (m measurement, err error) {
	binary, err := os.Executable()
	if err != nil {
		return m, err
	}
	client := plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig: handshake, Plugins: plugins, Cmd: exec.Command(binary), Logger: hclog.NewNullLogger(),
	})
	defer client.Kill()
	protocol, err := client.Client()
	if err != nil {
		return m, err
	}
	dispensed, err := protocol.Dispense("increment")
	if err != nil {
		return m, err
	}
	incrementer, ok := dispensed.(*rpc.Client)
	if !ok {
		return m, errors.New("go-plugin gave something else than this program's client")
	}
	var start time.Time
	for run := -1; run < runs; run++ { // the first is not measured
		if run == 0 {
			start = time.Now()
		}
		m.Answer = 0
		for n := range calls {
			var out int
			if err := incrementer.Call("Plugin.Increment", n, &out); err != nil {
				return m, err
			}
			m.Answer += out
		}
	}
	m.Seconds = time.Since(start).Seconds()
	return m, nil
}
