package fetch_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"example.com/overlap"
	"example.com/overlap/tasks/fetch"
)

// answer is the URL of a server that answers each connection's first request with these bytes, then hangs up.
func answer(t *testing.T, bytes string) string {
	t.Helper()
	listener := listen(t)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					io.WriteString(conn, bytes)
					conn.(*net.TCPConn).CloseWrite()
					io.Copy(io.Discard, conn) // a reset would overtake the bytes
				}
			}()
		}
	}()
	return "http://" + listener.Addr().String() + "/"
}

func zipped(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, text)
	z.Close()
	return b.String()
}

// response is one with a gzip body whose length it says.
func response(body string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
}

func TestResponsesThatMakeNoSense(t *testing.T) {
	whole := zipped(strings.Repeat("hello ", 1000))
	badSum := []byte(whole)
	badSum[len(badSum)-6] ^= 1
	badMiddle := []byte(whole)
	badMiddle[15] ^= 0xff
	for name, test := range map[string]struct {
		response  string
		reason    fetch.Reason
		text      string
		retryable bool
	}{
		"no gzip": {response("plain text"), fetch.BadResponse,
			"is no valid gzip after 0 bytes: gzip: invalid header", false},
		"a bad checksum": {response(string(badSum)), fetch.BadResponse,
			"is no valid gzip after 6,000 bytes: gzip: invalid checksum", false},
		"bad data":            {response(string(badMiddle)), fetch.BadResponse, "is no valid gzip", false},
		"half a gzip":         {response(whole[:len(whole)-9]), fetch.BadResponse, "its end is missing", false},
		"half a gzip header":  {response(whole[:5]), fetch.BadResponse, "its end is missing", false},
		"zeros and no gzip":   {response("\x00\x00\x00"), fetch.BadResponse, "is no valid gzip", false},
		"text after the gzip": {response(whole + "text"), fetch.BadResponse, "is no valid gzip after 6,000 bytes", false},
		"a chunked half": {fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"+
			"%x\r\n%s\r\n0\r\n\r\n", 20, whole[:20]), fetch.BadResponse, "its end is missing", false},
		"a gzip cut off": {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 99999\r\n\r\n" + whole[:20],
			fetch.Broken, "bytes of the body: unexpected EOF", true},
		"a gzip that ends with the connection": {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + whole[:20],
			fetch.Broken, "bytes of the body: unexpected EOF", true},
		"two lengths": {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", fetch.BadResponse,
			"multiple Content-Length", false},
		"a bad length": {"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nab", fetch.BadResponse, "bad Content-Length", false},
		"a bad encoding": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: odd\r\n\r\n", fetch.BadResponse,
			"transfer encoding", false},
		"a bad chunk": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", fetch.BadResponse,
			"invalid byte in chunk", false},
		"a bad header":    {"HTTP/1.1 200 OK\r\nno colon here\r\n\r\n", fetch.BadResponse, "malformed MIME header", false},
		"a bad status":    {"HTTP/1.1 abc OK\r\n\r\n", fetch.BadResponse, "malformed HTTP status code", false},
		"another version": {"HTTP/9.x 200 OK\r\n\r\n", fetch.BadResponse, "malformed HTTP version", false},
		"no HTTP":         {"SSH-2.0-OpenSSH_9.2\r\n", fetch.BadResponse, "does not speak HTTP", false},
		"TLS": {"\x15\x03\x01\x00\x02\x02\x46", fetch.BadResponse,
			"speaks TLS, not HTTP: did you mean https?", false},
		"escapes": {"\x1b[2J\x1b]0;title\a\r\n", fetch.BadResponse, "does not speak HTTP", false},
		"a large header": {"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 12<<20) + "\r\n\r\n", fetch.HeaderTooLarge,
			"is larger than 1 MiB", false},
		"nothing":       {"", fetch.Broken, "broke before a response: EOF", true},
		"half a header": {"HTTP/1.1 200 OK\r\nA: b\r\n", fetch.Broken, "broke before a response: unexpected EOF", true},
		"half a body": {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab", fetch.Broken,
			"after 2 bytes of the body: unexpected EOF", true},
		"half a chunk": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nab", fetch.Broken,
			"after 2 bytes of the body: unexpected EOF", true},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client(t, fetch.Options{}).Fetch(t.Context(), fetch.Request{URL: answer(t, test.response)})
			if got := wantError(t, err, test.reason, test.text); got.Retryable() != test.retryable {
				t.Errorf("retryable is %v: %v", got.Retryable(), err)
			} else if len(got.Error()) > 500 || strings.Contains(got.Error(), "\x1b") {
				t.Errorf("the message is %q", got.Error())
			}
		})
	}
}

func TestGzipBodies(t *testing.T) {
	for name, test := range map[string]struct{ response, want string }{
		"whole":           {response(zipped("hello")), "hello"},
		"two members":     {response(zipped("hel") + zipped("lo")), "hello"},
		"an empty member": {response(zipped("") + zipped("hello")), "hello"},
		"zeros":           {response(zipped("hello") + strings.Repeat("\x00", 20_000)), "hello"},
		"one zero":        {response(zipped("hello") + "\x00"), "hello"},
		"zeros between":   {response(zipped("hel") + "\x00\x00" + zipped("lo")), "hello"},
		"empty":           {response(""), ""},
		"empty in chunks": {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", ""},
		"x-gzip, to the end": {"HTTP/1.1 200 OK\r\nContent-Encoding: X-GZIP\r\n\r\n" + zipped("hello"),
			"hello"},
		"another encoding": {"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 3\r\n\r\nabc", "abc"},
	} {
		t.Run(name, func(t *testing.T) {
			request := fetch.Request{URL: answer(t, test.response), KeepBody: true}
			page, err := client(t, fetch.Options{}).Fetch(t.Context(), request)
			if err != nil || string(page.Body) != test.want || page.Size != int64(len(test.want)) {
				t.Errorf("body %q of %d bytes, error %v; want %q", page.Body, page.Size, err, test.want)
			}
		})
	}
	t.Run("as asked for", func(t *testing.T) {
		request := fetch.Request{URL: answer(t, response(zipped("hello"))), KeepBody: true,
			Header: map[string]string{"accept-encoding": "gzip"}}
		page, err := client(t, fetch.Options{}).Fetch(t.Context(), request)
		if err != nil || string(page.Body) != zipped("hello") {
			t.Errorf("body %q, error %v; want it as it came, for the request names an encoding", page.Body, err)
		}
	})
}

func TestWhatWillFailAgainIsNotTriedAgain(t *testing.T) {
	for name, test := range map[string]struct {
		header, value string
		requests      int32
	}{
		"bad gzip":     {"Content-Encoding", "gzip", 1},
		"bad Location": {"Location", "http://[::1", 1},
	} {
		t.Run(name, func(t *testing.T) {
			var requests atomic.Int32
			server := serve(t, func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				w.Header().Set(test.header, test.value)
				if test.header == "Location" {
					w.WriteHeader(http.StatusFound)
				}
				io.WriteString(w, "no gzip")
			})
			_, err := overlap.Map(t.Context(), overlap.Sync(), overlap.Func(client(t, fetch.Options{}).Fetch),
				[]fetch.Request{{URL: server.URL}}, overlap.Retry(3))
			if err == nil || requests.Load() != test.requests {
				t.Errorf("%d requests, want %d: %v", requests.Load(), test.requests, err)
			}
		})
	}
}

// A body that came in an encoding that nobody asked for is as it came, and the page says so.
func TestBodyThatStaysEncoded(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=iso-8859-1")
		w.Header().Set("Content-Encoding", r.URL.Path[1:])
		switch _, asked := r.Header["Accept-Encoding"]; {
		case r.URL.Path == "/gzip" && asked:
			z := gzip.NewWriter(w)
			_, _ = z.Write([]byte("text"))
			_ = z.Close()
		default:
			_, _ = w.Write([]byte("\xe9"))
		}
	})
	for _, test := range []struct{ path, accept, body, want string }{
		{"/br", "gzip", "\xe9", "br"}, {"/gzip", "gzip", "text", ""}, {"/gzip", "", "\xe9", "gzip"}, {"/identity", "gzip", "é", ""},
	} {
		r := fetch.Request{URL: server.URL + test.path, KeepBody: true, Settings: &fetch.Settings{UTF8: true}}
		if test.accept == "" {
			r.Header = map[string]string{"Accept-Encoding": ""} // which leaves it out
		}
		page, err := client(t, fetch.Options{}).Fetch(t.Context(), r)
		if err != nil || page.ContentEncoding != test.want || string(page.Body) != test.body {
			t.Errorf("%+v: got %q of %q, %v", test, page.Body, page.ContentEncoding, err)
		}
	}
}
