package fetch_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"example.com/overlap/tasks/fetch"
)

// overHTTP2 is the URL of a server that answers each request as it is told to, or hangs up, and the options of a client
// that trusts it.
func overHTTP2(t *testing.T, respond func(to *http2.Framer, stream uint32)) (string, fetch.Options) {
	t.Helper()
	forItsCertificate := httptest.NewTLSServer(nil)
	forItsCertificate.Close()
	listener := tls.NewListener(listen(t), &tls.Config{
		Certificates: forItsCertificate.TLS.Certificates, NextProtos: []string{"h2"},
	})
	answer := func(conn net.Conn) {
		defer conn.Close()
		if _, err := io.ReadFull(conn, make([]byte, len(http2.ClientPreface))); err != nil {
			return
		}
		framer := http2.NewFramer(conn, conn)
		framer.WriteSettings()
		for {
			frame, err := framer.ReadFrame()
			if err != nil {
				return
			}
			if headers, ok := frame.(*http2.HeadersFrame); ok && respond == nil {
				return
			} else if ok {
				respond(framer, headers.StreamID)
			}
		}
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go answer(conn)
		}
	}()
	trust := forItsCertificate.Client().Transport.(*http.Transport).TLSClientConfig
	return "https://" + listener.Addr().String() + "/", fetch.Options{TLS: trust}
}

func TestResponsesOfHTTP2ThatMakeNoSense(t *testing.T) {
	reset := func(code http2.ErrCode) func(*http2.Framer, uint32) {
		return func(to *http2.Framer, stream uint32) { to.WriteRSTStream(stream, code) }
	}
	header := func(fields ...string) func(*http2.Framer, uint32) {
		return func(to *http2.Framer, stream uint32) {
			var block bytes.Buffer
			encoder := hpack.NewEncoder(&block)
			for i := 0; i < len(fields); i += 2 {
				encoder.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]})
			}
			to.WriteHeaders(http2.HeadersFrameParam{
				StreamID: stream, BlockFragment: block.Bytes(), EndHeaders: true, EndStream: true,
			})
		}
	}
	for name, test := range map[string]struct {
		respond   func(*http2.Framer, uint32)
		reason    fetch.Reason
		text      string
		retryable bool
	}{
		"an internal error":   {reset(http2.ErrCodeInternal), fetch.Broken, "INTERNAL_ERROR", true},
		"only HTTP/1.1":       {reset(http2.ErrCodeHTTP11Required), fetch.BadResponse, "HTTP_1_1_REQUIRED", false},
		"no status":           {header("a", "b"), fetch.BadResponse, "status", false},
		"a bad status":        {header(":status", "abc"), fetch.BadResponse, "status", false},
		"a bad name":          {header(":status", "200", "A B", "c"), fetch.BadResponse, "", false},
		"a broken connection": {nil, fetch.Broken, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			url, options := overHTTP2(t, test.respond)
			_, err := client(t, options).Fetch(t.Context(), fetch.Request{URL: url})
			got := wantError(t, err, test.reason, test.text)
			if got.Retryable() != test.retryable || strings.Contains(got.Error(), "\x1b") {
				t.Errorf("retryable is %v: %v", got.Retryable(), err)
			}
		})
	}
}
