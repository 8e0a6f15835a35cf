package cluster

import (
	"context"
	"errors"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"
)

// A key or a password is in no error, however the string was mangled.
func TestAddressesThatAreNone(t *testing.T) {
	const secret = "SUABGNUGUSECRET"
	for text, want := range map[string]string{
		"":                   "is empty: give a join string",
		"foo":                "no address of an engine",
		"http://127.0.0.1:1": "no address of an engine",
		"overlap worker --join 'ovl://" + secret + "@127.0.0.1:17430'": "the string alone",
		"ovl://" + secret + "@127.0.0.1:17430'":                        "between the quotes alone",
		"nats://user:" + secret + "@[::1:4222":                         "the engine at nats://…@",
	} {
		_, err := Connect(t.Context(), text)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), secret) {
			t.Errorf("%q: %v, want %q and no key", text, err, want)
		}
	}
	err := notConnected("nats://a:"+secret+"@one:1,nats://b:"+secret+"@two:2",
		&url.Error{Op: "parse", URL: secret, Err: errors.New("invalid port")})
	if text := err.Error(); strings.Contains(text, secret) || !strings.Contains(text, "nats://…@one:1,nats://…@two:2") {
		t.Error(err)
	}
}

// Whoever takes a connection and says nothing, or ends it, is told apart from an engine that is not there.
func TestAddressesWithoutAnEngine(t *testing.T) {
	for want, serve := range map[string]func(net.Conn){
		"closes the connection": func(c net.Conn) { _ = c.Close() },
		"does not answer":       func(c net.Conn) { t.Cleanup(func() { _ = c.Close() }) },
	} {
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
				serve(c)
			}
		}()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := Connect(ctx, "nats://"+listener.Addr().String()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
