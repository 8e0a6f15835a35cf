package cluster

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/overlap"
)

// natsServer starts a nats-server, built from its module, in a process of its own until the test ends, and returns its
// URL.
func natsServer(t *testing.T, flags ...string) (url string) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds a nats-server")
	}
	folder := t.TempDir()
	program := filepath.Join(folder, "nats-server.exe")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "github.com/nats-io/nats-server/v2").
		CombinedOutput()
	if err != nil {
		t.Fatalf("nats-server does not build: %v\n%s", err, out)
	}
	s := exec.Command(program, append(flags, "-a", "127.0.0.1", "-p", "-1", "-sd", filepath.Join(folder, "store"),
		"--ports_file_dir", folder)...)
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = s.Process.Kill()
		_ = s.Wait()
	})
	var ports struct{ Nats []string }
	eventually(t, "the server has said where it listens", func() bool {
		files, _ := filepath.Glob(filepath.Join(folder, "*.ports"))
		if len(files) != 1 {
			return false
		}
		text, err := os.ReadFile(files[0])
		return err == nil && json.Unmarshal(text, &ports) == nil && len(ports.Nats) > 0
	})
	return ports.Nats[0]
}

// A nats-server that others run is an engine as the one within the program is.
func TestNatsServerByItself(t *testing.T) {
	url := natsServer(t, "-js")
	x := connected(t, url)
	t.Run("contract", func(t *testing.T) {
		e, _, err := dial(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		defer e.close()
		testContract(t, x.engine, e)
	})
	t.Run("a job", func(t *testing.T) {
		leave := working(t, url, 2)
		values, err := overlap.Map(t.Context(), x, double, numbers(1000))
		if err != nil || len(values) != 1000 || values[999] != 1998 {
			t.Errorf("got %d values, %v", len(values), err)
		}
		leave()
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
}

// Where a nats-server has no JetStream, both sides say so, with its address and what to do.
func TestNatsServerWithoutJetStream(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	url := natsServer(t)
	x, err := Connect(t.Context(), url)
	if err == nil {
		x.Close()
	}
	for who, err := range map[string]error{"submitter": err, "worker": Work(ctx, url, overlap.Pool(1), 1)} {
		if err == nil || !strings.Contains(err.Error(), "at "+url+" has no JetStream: start nats-server with -js") {
			t.Errorf("the %s says %v", who, err)
		}
	}
}
