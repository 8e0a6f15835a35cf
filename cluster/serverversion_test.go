package cluster

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"example.com/overlap"
)

// A nats-server that is too old for what is asked of it is refused by both sides, which say what it is.
func TestNatsServerThatIsTooOld(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go greetAs(c, "2.8.4")
		}
	}()
	url := "nats://" + listener.Addr().String()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, connecting := Connect(ctx, url)
	for who, err := range map[string]error{"submitter": connecting, "worker": Work(ctx, url, overlap.Pool(1), 1)} {
		if err == nil || !strings.Contains(err.Error(), "the nats-server at "+url+" is of version 2.8.4, which is too old: have one of 2.9 or later") {
			t.Errorf("the %s says %v", who, err)
		}
	}
}

// greetAs lets a client in, as a nats-server of a version does that says nothing else.
func greetAs(c net.Conn, version string) {
	defer c.Close()
	_, _ = fmt.Fprintf(c, "INFO {\"server_id\":\"x\",\"version\":%q,\"headers\":true,\"max_payload\":1048576}\r\n", version)
	for lines := bufio.NewScanner(c); lines.Scan(); {
		if lines.Text() == "PING" {
			_, _ = fmt.Fprint(c, "PONG\r\n")
		}
	}
}

func TestVersionsOfServers(t *testing.T) {
	for version, old := range map[string]bool{
		"2.8.4": true, "1.4.1": true, "0.9.9": true, "2.9.0": false, "2.10.0": false, "2.14.3-RC.1": false, "3.0.0": false, "": false, "dev": false,
	} {
		if isTooOld(version) != old {
			t.Errorf("%q is taken for too old: %v", version, !old)
		}
	}
}
