package cli

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestWhoseLogLinesAreDropped(t *testing.T) {
	for function, want := range map[string]bool{
		"net/http.(*persistConn).readLoopPeekFailLocked":  true,
		"net/http.(*http2ClientConn).logf":                true,
		"net/http/internal/http2.(*clientConnReadLoop).f": true,
		"net/http.(*Server).logf":                         false,
		"net/http.(*http2serverConn).logf":                false,
		"net/http.(*conn).serve":                          false,
		"main.task":                                       false,
	} {
		if got := isHTTPClient(function); got != want {
			t.Errorf("%s is the client's: %v, want %v", function, got, want)
		}
	}
}

// A server that sends more than it said makes net/http's client log a line.
func TestTheHTTPClientLogsNothing(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more\r\n\r\n")
					io.Copy(io.Discard, conn)
				}
			}()
		}
	}()
	url := "http://" + listener.Addr().String() + "/"
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var stderr bytes.Buffer
	// The second request ends after the client has looked at what was left of the first, or gets that for an answer and
	// fails, if it is sent before.
	command := exec.CommandContext(ctx, os.Args[0])
	command.Args = []string{"overlap", "run", "fetch", "-j", "1", "--on", "pool", url, url}
	command.Stderr = &stderr
	err = command.Run()
	if command.ProcessState.ExitCode() > exitFailed {
		t.Errorf("%v\n%s", err, stderr.String())
	}
	for line := range strings.Lines(stderr.String()) { // a failure and the summary
		if !strings.HasPrefix(line, "overlap: ") || strings.Contains(line, "Unsolicited") {
			t.Errorf("standard error has a line that the command did not write: %s", line)
		}
	}
}
