package fetch_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/overlap/tasks/fetch"
)

func wantError(t *testing.T, err error, reason fetch.Reason, text string) *fetch.Error {
	t.Helper()
	got, ok := errors.AsType[*fetch.Error](err)
	if !ok {
		t.Fatalf("error is %T %v, want a *fetch.Error for %q", err, err, reason)
	}
	if got.Reason != reason || !strings.Contains(got.Error(), text) {
		t.Errorf("reason %q, text %q\nwant   %q and       %q", got.Reason, got, reason, text)
	}
	if strings.Contains(got.Error(), `Get "`) {
		t.Errorf("error has the prefix of net/http: %v", got)
	}
	return got
}

func TestRequestsThatAreNotMade(t *testing.T) {
	for _, test := range []struct {
		request fetch.Request
		reason  fetch.Reason
		text    string
	}{
		{fetch.Request{}, fetch.BadURL, "the URL is empty"},
		{fetch.Request{URL: "http://a b/"}, fetch.BadURL, `bad URL "http://a b/": invalid character`},
		{fetch.Request{URL: "http://h/%zz"}, fetch.BadURL, `invalid URL escape "%zz"`},
		{fetch.Request{URL: "http://h:99999/"}, fetch.BadURL, "port 99999 is not between 1 and 65535 in http://h:99999/"},
		{fetch.Request{URL: "bad%20url"}, fetch.UnknownScheme, `no scheme in "bad%20url": want http://host or https://host`},
		{fetch.Request{URL: "http://"}, fetch.NoHost, `no host in "http:": want http://host`},
		{fetch.Request{URL: "https://:443/a"}, fetch.NoHost, `no host in "https://:443/a": want https://host`},
		{fetch.Request{URL: "example.com/a"}, fetch.UnknownScheme,
			`no scheme in "example.com/a": did you mean http://example.com/a?`},
		{fetch.Request{URL: "localhost:8080/a"}, fetch.UnknownScheme, "did you mean http://localhost:8080/a?"},
		{fetch.Request{URL: "127.0.0.1:8080"}, fetch.UnknownScheme, "did you mean http://127.0.0.1:8080?"},
		{fetch.Request{URL: "[::1]:8080/a"}, fetch.UnknownScheme, "did you mean http://[::1]:8080/a?"},
		{fetch.Request{URL: "//example.com/a"}, fetch.UnknownScheme, "did you mean http://example.com/a?"},
		{fetch.Request{URL: "https:/example.com/a"}, fetch.NoHost, `no host in "https:/example.com/a": want`},
		{fetch.Request{URL: "ftp://h/a"}, fetch.UnknownScheme, `unknown scheme "ftp" in ftp://h/a: http and https are known`},
		{fetch.Request{URL: "mailto:a@b"}, fetch.UnknownScheme, `unknown scheme "mailto"`},
		{fetch.Request{URL: "ftp://me:secret@h/a"}, fetch.UnknownScheme, "ftp://me:xxxxx@h/a"},
		{fetch.Request{URL: "http://h/", Method: "G T"}, fetch.BadRequest, `bad method "G T"`},
		{fetch.Request{URL: "http://h/", Header: map[string]string{"a b": ""}}, fetch.BadRequest, `bad header name "a b"`},
		{fetch.Request{URL: "http://h/", Header: map[string]string{"A": "1\r\nB: 2"}}, fetch.BadRequest,
			"control character in the value of header A"},
		{fetch.Request{URL: "http://h/", Header: map[string]string{"x-a": "1", "X-A": "2"}}, fetch.BadRequest,
			"header X-A is given twice, as x-a too"},
	} {
		_, err := fetch.Default.Fetch(t.Context(), test.request)
		if got := wantError(t, err, test.reason, test.text); got.Retryable() {
			t.Errorf("%s is retryable", test.request)
		}
	}
}

func failToDial(err error) fetch.Options {
	return fetch.Options{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: err}
	}}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

func TestConnectionsThatFail(t *testing.T) {
	closed := listen(t)
	closed.Close()
	silent := listen(t) // connects, as the kernel does that, and never says a word
	hangingUp := listen(t)
	go func() {
		for {
			conn, err := hangingUp.Accept()
			if err != nil {
				return
			}
			io.ReadFull(conn, make([]byte, 16))
			conn.Close()
		}
	}()
	plain := serve(t, func(http.ResponseWriter, *http.Request) {})
	selfSigned := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(selfSigned.Close)
	selfSigned.Config.ErrorLog = discardLog
	old := httptest.NewUnstartedServer(http.NotFoundHandler())
	old.TLS = &tls.Config{MaxVersion: tls.VersionTLS12}
	old.Config.ErrorLog = discardLog
	old.StartTLS()
	t.Cleanup(old.Close)
	neverDials := fetch.Options{DialTimeout: time.Millisecond}
	neverDials.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	dnsError := &net.DNSError{Err: "no such host", Name: "nowhere.invalid", IsNotFound: true}

	for name, test := range map[string]struct {
		options   fetch.Options
		url       string
		reason    fetch.Reason
		text      string
		cause     error
		retryable bool
	}{
		"DNS": {failToDial(dnsError), "http://nowhere.invalid/", fetch.DNSFailed,
			"cannot find the address of nowhere.invalid: no such host", dnsError, true},
		"refused": {fetch.Options{}, "http://" + closed.Addr().String(), fetch.Refused,
			closed.Addr().String() + " refused the connection: is a server listening there?", nil, true},
		"no files left": {failToDial(syscall.EMFILE), "http://h/", fetch.ConnectFailed,
			"raise ulimit -n", syscall.EMFILE, true},
		"unreachable": {failToDial(syscall.ENETUNREACH), "http://h:80/", fetch.ConnectFailed, "cannot connect to h:80: ",
			syscall.ENETUNREACH, true},
		"connect timeout": {neverDials, "http://h:80/", fetch.ConnectTimeout, "no connection to h:80 within 1ms",
			context.DeadlineExceeded, true},
		"TLS timeout": {fetch.Options{TLSTimeout: 20 * time.Millisecond}, "https://" + silent.Addr().String(),
			fetch.ConnectTimeout, "no TLS connection to " + silent.Addr().String() + " within 20ms", nil, true},
		"cut off in the handshake": {fetch.Options{}, "https://" + hangingUp.Addr().String(), fetch.ConnectFailed,
			"cannot connect to " + hangingUp.Addr().String(), nil, true},
		"self-signed": {fetch.Options{}, selfSigned.URL, fetch.TLSFailed,
			"cannot trust " + selfSigned.Listener.Addr().String() + ": x509: ", nil, false},
		"not TLS": {fetch.Options{}, "https" + strings.TrimPrefix(plain.URL, "http") + "/a", fetch.TLSFailed,
			"does not speak TLS: did you mean " + plain.URL + "/a?", http.ErrSchemeMismatch, false},
		"old TLS": {fetch.Options{TLS: &tls.Config{MinVersion: tls.VersionTLS13}}, old.URL, fetch.TLSFailed,
			"no common TLS with ", nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client(t, test.options).Fetch(t.Context(), fetch.Request{URL: test.url})
			got := wantError(t, err, test.reason, test.text)
			if got.Retryable() != test.retryable {
				t.Errorf("retryable is %v: %v", got.Retryable(), err)
			}
			if got.Err == nil || test.cause != nil && !errors.Is(err, test.cause) {
				t.Errorf("%v does not wrap its cause %v", err, test.cause)
			}
			_, err = client(t, test.options).Fetch(t.Context(), fetch.Request{URL: test.url, Method: "POST"})
			if got := wantError(t, err, test.reason, ""); got.Retryable() != test.retryable || !got.Unsent { // as a POST is, too
				t.Errorf("of a POST, retryable is %v and unsent %v: %v", got.Retryable(), got.Unsent, err)
			}
		})
	}
	_, err := client(t, fetch.Options{}).Fetch(t.Context(), fetch.Request{URL: selfSigned.URL})
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); !ok {
		t.Errorf("%v does not wrap x509.UnknownAuthorityError", err)
	}
}

func TestResponsesThatFail(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/hangs":
			<-r.Context().Done()
		case "/breaks":
			panic(http.ErrAbortHandler)
		case "/breaks-in-the-body":
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "0123456789")
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		case "/large":
			io.WriteString(w, strings.Repeat("a", 2000))
			http.NewResponseController(w).Flush() // so that no Content-Length tells
		case "/says-large":
			w.Header().Set("Content-Length", "2000")
		case "/no-gzip":
			w.Header().Set("Content-Encoding", "gzip")
			io.WriteString(w, "no gzip at all")
		case "/stalls":
			io.WriteString(w, "0123456789")
			http.NewResponseController(w).Flush()
			<-r.Context().Done()
		case "/in-circles":
			http.Redirect(w, r, "/in-circles", http.StatusFound)
		case "/to-ftp":
			w.Header().Set("Location", "ftp://h/a")
			w.WriteHeader(http.StatusFound)
		}
	}))
	server.Start()
	t.Cleanup(server.Close)
	host := server.Listener.Addr().String()
	for name, test := range map[string]struct {
		reason    fetch.Reason
		text      string
		retryable bool
		status    int // of the answer
	}{
		"hangs":              {fetch.ResponseTimeout, "no response from " + host + " within 50ms", true, 0},
		"breaks":             {fetch.Broken, "the connection to " + host + " broke before a response: ", true, 0},
		"breaks-in-the-body": {fetch.Broken, "broke after 10 bytes of the body: unexpected EOF", true, 200},
		"stalls":             {fetch.Stalled, "reading the body, after 10 bytes: not a byte came for 50ms", true, 200},
		"no-gzip":            {fetch.BadResponse, "no valid gzip after 0 bytes", false, 200},
		"large":              {fetch.TooLarge, "the body is larger than the limit of 1 KiB", false, 200},
		"says-large":         {fetch.TooLarge, "the body is larger than the limit of 1 KiB", false, 200},
		"to-ftp":             {fetch.UnknownScheme, `unknown scheme "ftp" in ftp://h/a`, false, 302},
		"in-circles":         {fetch.TooManyRedirects, "gave up after 10 redirects", false, 302},
	} {
		t.Run(name, func(t *testing.T) {
			options := fetch.Options{MaxBody: 1 << 10}
			switch name {
			case "hangs":
				options.ResponseTimeout = 50 * time.Millisecond
			case "stalls":
				options.StallLimit = 50 * time.Millisecond
			}
			url := server.URL + "/" + name
			_, err := client(t, options).Fetch(t.Context(), fetch.Request{URL: url})
			got := wantError(t, err, test.reason, test.text)
			if got.Retryable() != test.retryable || got.URL != url || got.Method != "GET" {
				t.Errorf("got %+v, want retryable %v", got, test.retryable)
			}
			f := got.FailedValue().(fetch.Failure)
			if f.Status != test.status || (f.Page != nil) != (test.status != 0) || f.Reason != test.reason {
				t.Errorf("the fields of the failure are %+v, want status %d", f, test.status)
			}
			if f.Page != nil && (f.Page.Status != test.status || f.Page.URL != url || f.Page.Times.Total == 0) {
				t.Errorf("the page of the failure is %+v", *f.Page)
			}
		})
	}
}

func TestCancelBeforeTheResponse(t *testing.T) {
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		cancel(cause)
		<-r.Context().Done()
	})
	_, err := client(t, fetch.Options{}).Fetch(ctx, fetch.Request{URL: server.URL})
	wantError(t, err, fetch.Interrupted, "stopped while waiting for the response: enough")
	if !errors.Is(err, cause) {
		t.Errorf("%v does not wrap the cause of the cancel", err)
	}
}

// What a server has seen of a POST is not made again.
func TestPostThatWasSentIsNotRetryable(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/redirect" {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusTemporaryRedirect)
			return
		}
		panic(http.ErrAbortHandler)
	})
	for path, want := range map[string]fetch.Reason{"/redirect": fetch.Refused, "/broken": fetch.Broken} {
		r := fetch.Request{URL: server.URL + path, Method: "POST", Body: fetch.Body("x")}
		_, err := client(t, fetch.Options{}).Fetch(t.Context(), r)
		if got := wantError(t, err, want, ""); got.Retryable() || got.Unsent {
			t.Errorf("%s: retryable is %v, unsent %v: %v", path, got.Retryable(), got.Unsent, err)
		}
	}
}
