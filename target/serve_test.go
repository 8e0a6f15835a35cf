package target

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestStopLetsShortRequestsEnd(t *testing.T) {
	inBubble(t, Config{Latency: 500 * time.Millisecond}, func(o *online) {
		status := make(chan int, 1)
		go func() { status <- o.status("/get") }()
		synctest.Wait()
		o.stop()
		if got := <-status; got != 200 {
			o.t.Errorf("a request being served got status %d", got)
		}
	})
}

func TestStopCutsLongRequestsOff(t *testing.T) {
	inBubble(t, Config{Latency: time.Hour}, func(o *online) {
		status := make(chan int, 1)
		go func() { status <- o.status("/get") }()
		synctest.Wait()
		began := time.Now()
		o.stop()
		if got := <-status; got == 200 {
			o.t.Error("a request that was cut off got status 200")
		}
		o.ended <- <-o.ended // Serve has returned
		if took := time.Since(began); took > 2*time.Second {
			o.t.Errorf("stopping took %v", took)
		}
	})
}

type brokenListener struct{ net.Listener }

var errBroken = errors.New("the cable is out")

func (brokenListener) Accept() (net.Conn, error) { return nil, errBroken }
func (brokenListener) Close() error              { return nil }
func (brokenListener) Addr() net.Addr            { return &net.TCPAddr{Port: 80} }

func TestListenerFails(t *testing.T) {
	if err := Serve(t.Context(), brokenListener{}, Config{}); !errors.Is(err, errBroken) {
		t.Errorf("Serve returned %v", err)
	}
}

// serving runs the command on a real socket until the test ends and returns its URL.
func serving(t *testing.T, config Config) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	output, stdout := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, stdout, config, "127.0.0.1:0", false) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	line := make([]byte, 100)
	n, err := output.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	at, err := url.Parse(strings.TrimSuffix(string(line[:n]), "\n"))
	if err != nil || at.Scheme != "http" || at.Hostname() != "127.0.0.1" || at.Port() == "0" {
		t.Fatalf("the server wrote %q", line[:n])
	}
	return at.String()
}

func TestProtocols(t *testing.T) {
	at := serving(t, Config{Latency: time.Millisecond})
	for _, c := range []struct {
		name  string
		set   func(*http.Protocols, bool)
		major int
	}{
		{"HTTP/1.1", (*http.Protocols).SetHTTP1, 1},
		{"HTTP/2", (*http.Protocols).SetUnencryptedHTTP2, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			var protocols http.Protocols
			c.set(&protocols, true)
			transport := &http.Transport{Protocols: &protocols, MaxIdleConnsPerHost: 64}
			defer transport.CloseIdleConnections()
			client := &http.Client{Transport: transport}
			var all sync.WaitGroup
			for range 300 {
				all.Go(func() {
					response, err := client.Get(at + "/get")
					if err != nil {
						t.Error(err)
						return
					}
					defer response.Body.Close()
					if response.StatusCode != 200 || response.ProtoMajor != c.major {
						t.Errorf("%s, %s", response.Status, response.Proto)
					}
				})
			}
			all.Wait()
		})
	}
}

func TestThousandsOfConnections(t *testing.T) {
	if testing.Short() {
		t.Skip("opens 4,000 sockets")
	}
	const connections = 2000
	at := serving(t, Config{})
	host := strings.TrimPrefix(at, "http://")
	var opened, all sync.WaitGroup
	opened.Add(connections)
	for range connections {
		all.Go(func() {
			connection, err := net.Dial("tcp", host)
			opened.Done()
			if err != nil {
				t.Error(err)
				return
			}
			defer connection.Close()
			opened.Wait() // all of them are open at once
			_, _ = io.WriteString(connection, "GET /status/200 HTTP/1.1\r\nHost: target\r\n\r\n")
			answer := make([]byte, len("HTTP/1.1 200"))
			if _, err := io.ReadFull(connection, answer); err != nil || string(answer) != "HTTP/1.1 200" {
				t.Errorf("%q, %v", answer, err)
			}
		})
	}
	all.Wait()
}

func TestRunSaysWhyItCannotListen(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, address := range []string{taken.Addr().String(), "nonsense", "127.0.0.1:99999"} {
		err := Run(t.Context(), io.Discard, Config{}, address, false)
		if err == nil || !strings.Contains(err.Error(), `cannot listen on "`+address+`"`) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestRunWithoutAnOutputEnds(t *testing.T) {
	output, stdout := io.Pipe()
	output.Close()
	err := Run(t.Context(), stdout, Config{}, "127.0.0.1:0", false)
	if !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("Run returned %v", err)
	}
}

func TestURLOf(t *testing.T) {
	for address, want := range map[string]string{
		"127.0.0.1:0": "http://127.0.0.1:",
		":0":          "http://127.0.0.1:",
		"0.0.0.0:0":   "http://127.0.0.1:",
		"127.0.0.2:0": "http://127.0.0.2:",
		"[::1]:0":     "http://[::1]:",
	} {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			t.Logf("not on this machine: %v", err)
			continue
		}
		if got := urlOf(listener); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s", address, got)
		}
		listener.Close()
	}
}
