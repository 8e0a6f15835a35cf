package fetch_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/overlap/tasks/fetch"
)

// asked is what a server was asked for, which the handler of echo answers: host and the request line's own address.
func echo(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Host+" "+r.RequestURI) }

// anywhere is a client for which all hosts are one server.
func anywhere(t *testing.T, handler http.HandlerFunc) *fetch.Client {
	t.Helper()
	return client(t, fetch.Options{DialContext: toOne(serve(t, handler))})
}

// toOne connects to the server, whatever it is asked for.
func toOne(server *httptest.Server) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	}
}

func TestWhatAPartMayNotHoldIsEscaped(t *testing.T) {
	c := anywhere(t, echo)
	for url, want := range map[string]string{
		"http://h/a b":                    "/a%20b",
		"http://h/a?x=1 HTTP/1.1":         "/a?x=1%20HTTP/1.1",
		"http://h?q=a b#c d":              "/?q=a%20b",
		"http://h/\"<>^`{|}":              "/%22%3C%3E%5E%60%7B%7C%7D",
		"http://h/?\"<>'":                 "/?%22%3C%3E%27",
		"http://h/é/日?é=日":                "/%C3%A9/%E6%97%A5?%C3%A9=%E6%97%A5",
		"http://h/\xff?\xff":              "/%FF?%FF",
		"http://h/\x00\x1b\x7f?\x00\x1b.": "/%00%1B%7F?%00%1B.",
		" \n http://h/ \t":                "/",
		"http://h/a\r\nb?c\td":            "/ab?cd",
		"http://h/a\\b":                   "/a%5Cb",
		"http://h/a%20b?c%20d=100%&e=%2":  "/a%20b?c%20d=100%&e=%2", // what is escaped stays so, and a query is free text
		"http://h/!$&'()*+,;=:@-._~[]":    "/!$&'()*+,;=:@-._~[]",
		"http://h/?!$&()*+,;=:@/?-._~[]":  "/?!$&()*+,;=:@/?-._~[]",
		"http://h/a#b%zz":                 "/a",
		"http://h":                        "/",
	} {
		page, err := c.Fetch(t.Context(), fetch.Request{URL: url, KeepBody: true})
		if got := string(page.Body); err != nil || got != "h "+want {
			t.Errorf("%q asked for %q, error %v; want %q", url, got, err, "h "+want)
		}
	}
}

func TestALocationIsEscaped(t *testing.T) {
	for location, want := range map[string]string{
		"/b?x=1 HTTP/1.1":         "h /b?x=1%20HTTP/1.1",
		"b c":                     "h /a/b%20c",
		"?x y":                    "h /a/?x%20y",
		"//other/é \"":            "other /%C3%A9%20%22",
		"http://BÜCHER.example/ü": "xn--bcher-kva.example /%C3%BC",
		" http://h/b ":            "h /b",
		"/\xe9":                   "h /%E9", // Latin-1, as old servers send it
	} {
		c := anywhere(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/a/" && r.URL.RawQuery == "" {
				w.Header()["Location"] = []string{location}
				w.WriteHeader(http.StatusFound)
				return
			}
			echo(w, r)
		})
		page, err := c.Fetch(t.Context(), fetch.Request{URL: "http://h/a/", KeepBody: true})
		if got := string(page.Body); err != nil || got != want {
			t.Errorf("Location %q led to %q, error %v; want %q", location, got, err, want)
		}
	}
}

func TestNamesOfHosts(t *testing.T) {
	c := anywhere(t, echo)
	for host, want := range map[string]string{
		"bücher.example":         "xn--bcher-kva.example",
		"BÜCHER.example":         "xn--bcher-kva.example",
		"BU\u0308CHER.EXAMPLE":   "xn--bcher-kva.example", // the accent as a character of its own
		"b%C3%BCcher.example":    "xn--bcher-kva.example",
		"xn--bcher-kva.example":  "xn--bcher-kva.example",
		"ex%61mpl%45.com":        "example.com",
		"bücher。example":         "xn--bcher-kva.example",
		"bücher．example｡":        "xn--bcher-kva.example.",
		"ＥＸＡＭＰＬＥ.com":            "example.com",
		"EXAMPLE.com":            "example.com",
		"example.com.":           "example.com.",
		"straße.example":         "xn--strae-oqa.example",
		"a_b.example":            "a_b.example",
		"ü_b.example":            "xn--_b-wka.example",
		"１２７.0.0.1":              "127.0.0.1",
		"127.1":                  "127.0.0.1",
		"0x7F.1":                 "127.0.0.1",
		"2130706433":             "127.0.0.1",
		"0177.0.0.1":             "127.0.0.1",
		"1.2.3.4.":               "1.2.3.4",
		"1.2.3":                  "1.2.0.3",
		"256.1.1.1":              "256.1.1.1",
		"1.2.3.4.5":              "1.2.3.4.5",
		"1.a":                    "1.a",
		"soft\u00adhyphen.test":  "softhyphen.test",
		"例え.テスト":                 "xn--r8jz45g.xn--zckzah",
		"bücher.example:8080":    "xn--bcher-kva.example:8080",
		"me:pass@BÜCHER.example": "xn--bcher-kva.example",
	} {
		page, err := c.Fetch(t.Context(), fetch.Request{URL: "http://" + host + "/a", KeepBody: true})
		if got := string(page.Body); err != nil || got != want+" /a" {
			t.Errorf("%s: asked for %q, error %v; want %q", host, got, err, want+" /a")
		}
		if !strings.Contains(host, "@") && page.URL != "http://"+want+"/a" {
			t.Errorf("%s: the page says it is of %s, want http://%s/a", host, page.URL, want)
		}
	}
}

func TestTheHostHeaderIsANameLikeOthers(t *testing.T) {
	c := anywhere(t, echo)
	page, err := c.Fetch(t.Context(),
		fetch.Request{URL: "http://h/", Header: map[string]string{"host": "BÜCHER.example"}, KeepBody: true})
	if got := string(page.Body); err != nil || got != "xn--bcher-kva.example /" {
		t.Errorf("asked for %q, error %v", got, err)
	}
	_, err = c.Fetch(t.Context(), fetch.Request{URL: "http://h/", Header: map[string]string{"Host": "a b/c"}})
	wantError(t, err, fetch.BadRequest, `"a b/c" in the header Host is no host`)
}

func TestHostsThatAreNone(t *testing.T) {
	for host, text := range map[string]string{
		"ex℀mple.com":                 "it may not hold \"/\"", // maps to exa/cmple
		"a..b":                        "there is nothing between two of its dots",
		".example":                    "there is nothing between two of its dots",
		strings.Repeat("a", 64):       "64 characters in a row without a dot",
		strings.Repeat("a.", 130):     "the host name has 259 characters: 253 are allowed",
		"ü" + strings.Repeat("a", 63): "characters in a row without a dot",
		"a b":                         "invalid character",
		"a%2fb":                       "invalid URL escape",
		"a%40b":                       "invalid URL escape",
		"a<b":                         "it may not hold \"<\"",
	} {
		_, err := fetch.Default.Fetch(t.Context(), fetch.Request{URL: "http://" + host + "/"})
		wantError(t, err, fetch.BadURL, text)
	}
	_, err := fetch.Default.Fetch(t.Context(), fetch.Request{URL: "http://\u00ad/"})
	wantError(t, err, fetch.NoHost, "no host in ")
}

// A zone says by which of this machine's interfaces to go. It is no part of what the server is told.
func TestZonesOfIPv6(t *testing.T) {
	var dialed string
	server := serve(t, echo)
	c := client(t, fetch.Options{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		dialed = addr
		return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
	}})
	for _, url := range []string{"http://[fe80::1%25Eth0]:80/a", "http://[fe80::1%Eth0]:80/a"} {
		page, err := c.Fetch(t.Context(), fetch.Request{URL: url, KeepBody: true})
		if err != nil || string(page.Body) != "[fe80::1]:80 /a" || dialed != "[fe80::1%Eth0]:80" {
			t.Errorf("%s: asked for %q at %s, error %v", url, page.Body, dialed, err)
		}
		if page.URL != "http://[fe80::1%25Eth0]:80/a" {
			t.Errorf("%s: the page says it is of %s", url, page.URL)
		}
		c.CloseIdle()
	}
}
