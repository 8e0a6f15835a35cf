//go:build unix

package fetch_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"example.com/overlap/tasks/fetch"
)

const fewFiles = 40

// Connections that wait for another request to their host take a file descriptor each.
func TestIdleConnectionsLeaveFilesToOthers(t *testing.T) {
	server := os.Getenv("FETCH_TEST_SERVER")
	if server == "" {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		child := exec.CommandContext(ctx, os.Args[0], "-test.run=^"+t.Name()+"$")
		child.Env = append(os.Environ(), "FETCH_TEST_SERVER="+serve(t, echo).Listener.Addr().String())
		if out, err := child.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	options := fetch.Options{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server)
	}}
	before := client(t, options) // which does not know of the limit
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	limit.Cur = fewFiles
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*fetch.Client{"kept few": client(t, options), "closed when needed": before} {
		for host := range 3 * fewFiles {
			if _, err := c.Fetch(t.Context(), fetch.Request{URL: fmt.Sprintf("http://h%d/", host)}); err != nil {
				t.Fatalf("%s: host %d: %v", name, host, err)
			}
		}
		if name == "kept few" {
			file, err := os.Open(os.DevNull)
			if err != nil {
				t.Errorf("%s: none left for a file: %v", name, err)
			}
			file.Close()
		}
		c.CloseIdle()
	}
}
