package cluster

import (
	"os/exec"
	"strings"
	"testing"
)

// A program that does not import the package has nothing of its engine in it, nor has the command that is built without.
func TestWhoDoesWithoutClustersHasNoEngine(t *testing.T) {
	if testing.Short() {
		t.Skip("asks the go command")
	}
	has := func(args ...string) bool {
		out, err := exec.CommandContext(t.Context(), "go", append([]string{"list", "-deps"}, args...)...).Output()
		if err != nil {
			t.Fatalf("go list %q: %v", args, err)
		}
		return strings.Contains(string(out), "github.com/nats-io/")
	}
	if has("..", "../process", "../durable", "../source", "../compare", "../report") {
		t.Error("a package has the engine in it")
	}
	if has("-tags", "nocluster", "../cmd/overlap") {
		t.Error("the command has the engine in it that is built without")
	}
	if !has("../cmd/overlap") {
		t.Error("the command does not have it, so that this test sees nothing")
	}
}
