package target

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

// role is the environment variable that makes the test binary play a server or a server's parent.
const role = "OVERLAP_TARGET_TEST"

func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "":
		os.Exit(m.Run())
	case "server":
		var config Config
		var address string
		var withParent bool
		set := pflag.NewFlagSet("target", pflag.ExitOnError)
		config.Flags(set)
		RunFlags(set, &address, &withParent)
		_ = set.Parse(os.Args[1:])
		if err := Run(context.Background(), os.Stdout, config, address, withParent); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	case "parent":
		playParent()
	case "complains":
		fmt.Fprintln(os.Stderr, "no such thing as --address")
		os.Exit(3)
	case "chats":
		fmt.Println("hello there")
		select {}
	case "silent":
		return
	case "mute":
		select {}
	}
}

// playParent starts a server, writes its URL, and ends as the first line of its input says.
func playParent() {
	server, err := Start(context.Background(), []string{itself(), "server"}, Config{})
	if err != nil {
		panic(err)
	}
	fmt.Println(server.URL())
	how, _ := bufio.NewReader(os.Stdin).ReadString('\n')
	switch strings.TrimSpace(how) {
	case "close":
		if err := server.Close(); err != nil {
			panic(err)
		}
		fmt.Println("closed")
		select {}
	case "return":
	case "exit":
		os.Exit(4)
	case "panic":
		panic("on purpose")
	}
}

// itself returns this test binary, and makes the processes that it starts next play a server.
func itself() string {
	os.Setenv(role, "server")
	os.Setenv("GORACE", "atexit_sleep_ms=0") // or each exit takes a second under -race
	executable, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return executable
}

// argv is the test binary in a role.
func argv(t *testing.T, as string) []string {
	t.Helper()
	t.Setenv("GORACE", "")
	t.Setenv(role, "")
	executable := itself()
	os.Setenv(role, as)
	return []string{executable}
}

// hold opens a connection with a request that the server reads without end, so that it ends when the server does.
func hold(t *testing.T, at string) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp", strings.TrimPrefix(at, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	// The headers promise a body that never comes.
	const request = "POST /post HTTP/1.1\r\nHost: target\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
	if _, err = io.WriteString(connection, request); err != nil {
		t.Fatal(err)
	}
	const answer = "HTTP/1.1 100 Continue\r\n\r\n" // the server has begun with this request
	if _, err := io.ReadFull(connection, make([]byte, len(answer))); err != nil {
		t.Fatal(err)
	}
	return connection
}

// awaitEnd waits until the server at the other end of a held connection is gone.
func awaitEnd(t *testing.T, connection net.Conn) {
	t.Helper()
	if err := connection.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(connection)
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() {
		t.Fatal("the server is still there")
	}
	if len(text) > 0 {
		t.Fatalf("the server answered %q", text)
	}
}

func TestStartAndClose(t *testing.T) {
	config := Config{Latency: time.Millisecond, Capacity: 2, ErrorRate: 1, Seed: 9}
	server, err := Start(t.Context(), argv(t, "server"), config)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(server.URL() + "/get")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != 500 {
		t.Errorf("status %d: the server did not get its error rate", response.StatusCode)
	}
	connection := hold(t, server.URL())
	for range 2 {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	}
	awaitEnd(t, connection)
}

func TestTheStartsContextDoesNotEndTheServer(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server, err := Start(ctx, argv(t, "server"), Config{})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if response, err := http.Get(server.URL() + "/get"); err != nil {
		t.Error(err)
	} else {
		response.Body.Close()
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
}

func TestStartFails(t *testing.T) {
	expired, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("no time left"))
	cases := []struct {
		name  string
		ctx   context.Context
		argv  []string
		wants []string
	}{
		{"no program", t.Context(), []string{"/no/such/program"}, []string{"cannot start the server", "/no/such/program"}},
		{"complains", t.Context(), argv(t, "complains"), []string{"exit status 3", "no such thing as --address"}},
		{"chats", t.Context(), argv(t, "chats"), []string{`it wrote "hello there" where its URL was expected`}},
		{"silent", t.Context(), argv(t, "silent"), []string{"ended without a word"}},
		{"mute", expired, argv(t, "mute"), []string{"no time left"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			os.Setenv(role, c.name)
			server, err := Start(c.ctx, c.argv, Config{})
			if err == nil {
				server.Close()
				t.Fatal("it started")
			}
			for _, want := range c.wants {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in the error: %v", want, err)
				}
			}
		})
	}
}

func TestCloseTellsOfAServerThatDied(t *testing.T) {
	server, err := Start(t.Context(), argv(t, "server"), Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-server.ended
	if err := server.Close(); err == nil || !strings.Contains(err.Error(), "had ended before it was closed") {
		t.Errorf("Close returned %v", err)
	}
}

func TestStartWithoutAProgramPanics(t *testing.T) {
	defer func() {
		if text, _ := recover().(string); !strings.HasPrefix(text, "target: ") {
			t.Errorf("Start panicked with %q", text)
		}
	}()
	_, _ = Start(t.Context(), nil, Config{})
}

// However the parent ends, the server is gone.
func TestServerEndsWithItsParent(t *testing.T) {
	for _, how := range []string{"close", "return", "exit", "panic", "kill"} {
		t.Run(how, func(t *testing.T) {
			parent, stdin, at, output := startParent(t)
			connection := hold(t, at)
			if how == "kill" {
				_ = parent.Process.Kill()
			} else if _, err := io.WriteString(stdin, how+"\n"); err != nil {
				t.Fatal(err)
			}
			awaitEnd(t, connection)
			if how == "close" { // and the parent lives on
				if line, err := output.ReadString('\n'); err != nil || line != "closed\n" {
					t.Errorf("the parent wrote %q (%v)", line, err)
				}
			}
			_ = parent.Process.Kill()
			_ = parent.Wait()
		})
	}
}

// startParent runs a parent that has started a server.
func startParent(t *testing.T) (parent *exec.Cmd, stdin io.Writer, at string, output *bufio.Reader) {
	t.Helper()
	parent = exec.Command(argv(t, "parent")[0])
	stdin, err := parent.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	ownGroup(parent)
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = parent.Process.Kill() })
	kill := time.AfterFunc(time.Minute, func() { _ = parent.Process.Kill() })
	t.Cleanup(func() { kill.Stop() })
	output = bufio.NewReader(stdout)
	line, err := output.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return parent, stdin, strings.TrimSpace(line), output
}
