package fetch_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/overlap/tasks/fetch"
)

// redirectTo answers all requests for /to with a redirect to location, and others with what they say.
func redirectTo(status int, location string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/to" {
			w.Header().Set("Location", location)
			w.WriteHeader(status)
			return
		}
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s%s [%s] auth=%q cookie=%q key=%q type=%q referer=%q", r.Method, r.Host, r.RequestURI, body,
			r.Header.Get("Authorization"), r.Header.Get("Cookie"), r.Header.Get("X-Key"), r.Header.Get("Content-Type"),
			r.Referer())
	}
}

func TestSecretsStayWithTheirOrigin(t *testing.T) {
	const basic = "Basic bWU6c2VjcmV0" // me:secret
	for _, test := range []struct{ url, location, auth, cookie string }{
		{"http://h/to", "/b", "Bearer 1", "c=1"},
		{"http://h/to", "http://h/b", "Bearer 1", "c=1"},
		{"http://h/to", "http://H:80/b", "Bearer 1", "c=1"}, // the same place in other words
		{"http://h/to", "http://h:8080/b", "", ""},
		{"http://h:8080/to", "http://h/b", "", ""},
		{"http://h/to", "http://other/b", "", ""},
		{"http://h/to", "//other/b", "", ""},
		{"http://h/to", "http://sub.h/b", "", ""},
		{"http://h/to", "http://h./b", "", ""},
		{"http://me:secret@h/to", "/b", basic, "c=1"},
		{"http://me:secret@h/to", "http://h/b", basic, "c=1"},
		{"http://me:secret@h/to", "http://h:8080/b", "", ""},
		{"http://me:secret@h/to", "http://other/b", "", ""},
		{"http://h/to", "http://me:secret@other/b", basic, ""}, // which is the server's own to tell
	} {
		header := map[string]string{"cookie": "c=1", "X-Key": "k"}
		if !strings.Contains(test.url, "@") {
			header["authorization"] = "Bearer 1"
		}
		c := anywhere(t, redirectTo(http.StatusFound, test.location))
		page, err := c.Fetch(t.Context(), fetch.Request{URL: test.url, Header: header, KeepBody: true})
		want := fmt.Sprintf(`auth=%q cookie=%q key="k" type="" referer=""`, test.auth, test.cookie)
		if !strings.Contains(string(page.Body), want) {
			t.Errorf("%s to %s: the server got %s, error %v; want %s", test.url, test.location, page.Body, err, want)
		}
		if strings.Contains(page.URL, "secret") {
			t.Errorf("the page is of %s", page.URL)
		}
	}
}

func TestSecretsDoNotComeBack(t *testing.T) {
	c := anywhere(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.Host {
		case "h":
			http.Redirect(w, r, "http://other/", http.StatusTemporaryRedirect)
		case "other":
			http.Redirect(w, r, "http://h:8080/", http.StatusTemporaryRedirect)
		case "h:8080":
			http.Redirect(w, r, "http://h:8080/last", http.StatusTemporaryRedirect)
		}
		if got := r.Header.Get("Authorization"); (got != "") != (r.Host == "h") {
			t.Errorf("%s was told %q", r.Host, got)
		}
	})
	_, err := c.Fetch(t.Context(), fetch.Request{URL: "http://h/", Header: map[string]string{"Authorization": "Bearer 1"}})
	wantError(t, err, fetch.TooManyRedirects, "")
}

func TestSecretsStayBehindTLS(t *testing.T) {
	plain := serve(t, redirectTo(0, ""))
	secure := httptest.NewTLSServer(redirectTo(http.StatusMovedPermanently, plain.URL+"/b"))
	t.Cleanup(secure.Close)
	c := client(t, fetch.Options{TLS: secure.Client().Transport.(*http.Transport).TLSClientConfig})
	page, err := c.Fetch(t.Context(), fetch.Request{
		URL: secure.URL + "/to", Header: map[string]string{"Authorization": "Bearer 1", "Cookie": "c=1"}, KeepBody: true})
	if !strings.Contains(string(page.Body), `auth="" cookie=""`) {
		t.Errorf("the server got %s, error %v", page.Body, err)
	}
}

func TestMethodAndBodyOfARedirect(t *testing.T) {
	for _, test := range []struct {
		status       int
		method, want string
	}{
		{301, "POST", `GET h/b [] auth="" cookie="" key="" type=""`},
		{302, "PUT", `GET h/b [] auth="" cookie="" key="" type=""`},
		{303, "POST", `GET h/b [] auth="" cookie="" key="" type=""`},
		{307, "POST", `POST h/b [data] auth="" cookie="" key="" type="text/plain"`},
		{308, "PUT", `PUT h/b [data] auth="" cookie="" key="" type="text/plain"`},
		{300, "GET", `GET h/b [] auth="" cookie="" key="" type=""`},
	} {
		request := fetch.Request{URL: "http://h/to", Method: test.method, KeepBody: true, Body: []byte("data"),
			Header: map[string]string{"content-type": "text/plain"}}
		page, err := anywhere(t, redirectTo(test.status, "/b")).Fetch(t.Context(), request)
		if !strings.HasPrefix(string(page.Body), test.want) {
			t.Errorf("%d of a %s: the server got %s, error %v; want %s", test.status, test.method, page.Body, err, test.want)
		}
	}
}

func TestARedirectThatLeadsNowhereIsNamed(t *testing.T) {
	for location, test := range map[string]struct {
		reason fetch.Reason
		text   string
	}{
		"http://[::1":            {fetch.BadResponse, `h redirects to a bad URL, "http://[::1"`},
		"http://h:x/":            {fetch.BadResponse, `h redirects to a bad URL, "http://h:x/"`},
		"/%zz":                   {fetch.BadResponse, `h redirects to a bad URL, "/%zz"`},
		"http://a..b/":           {fetch.BadResponse, `h redirects to a bad URL, "http://a..b/"`},
		"http://me:hush@h:x/":    {fetch.BadResponse, `"http://me:xxxxx@h:x/"`},
		"http://me:hu/sh@h/":     {fetch.BadResponse, `"http://me:xxxxx@h/"`},
		"http://me:hush\x1b@h/":  {fetch.BadResponse, `against the rules of HTTP: malformed MIME header line`},
		"ftp://me:hush@h/a":      {fetch.UnknownScheme, `unknown scheme "ftp" in ftp://me:xxxxx@h/a`},
		"javascript:alert(1)":    {fetch.UnknownScheme, `unknown scheme "javascript"`},
		"http://":                {fetch.NoHost, `no host in "http:": want http://host`},
		"http://h:99999/":        {fetch.BadURL, "port 99999 is not between 1 and 65535"},
		"http://me:hush@h/to":    {fetch.TooManyRedirects, "on the way to http://me:xxxxx@h/to"},
		"http://me:hush@h:70000": {fetch.BadURL, "in http://me:xxxxx@h:70000"},
	} {
		c := anywhere(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Location"] = []string{location}
			w.WriteHeader(http.StatusFound)
		})
		_, err := c.Fetch(t.Context(), fetch.Request{URL: "http://h/to"})
		got := wantError(t, err, test.reason, test.text)
		if said := fmt.Sprintf("%v %v", got, got.URL); strings.Contains(said, "hush") ||
			strings.Contains(said, "sh@") || strings.Contains(said, "\x1b") {
			t.Errorf("%q: said %q", location, said)
		}
		if got.Retryable() {
			t.Errorf("%q: %v is retryable", location, err)
		}
	}
}

func TestStatusThatIsNoSuccess(t *testing.T) {
	for _, test := range []struct {
		line, header, text string
	}{
		{"302 Found", "", "the server answered 302 Found, but no Location to go to"},
		{"307 Temporary Redirect", "", "no Location to go to"},
		{"300 Multiple Choices", "", "no Location to go to"},
		{"304 Not Modified", "", "the server answered 304 Not Modified, though the request has no condition"},
		{"305 Use Proxy", "Location: http://h/\r\n", "the server answered 305 Use Proxy, which is not followed"},
		{"399 Odd", "", "the server answered 399, but no Location"},
		{"000 Nothing", "", "the server answered 000, which is no status of HTTP"},
		{"099 Little", "", "the server answered 099, which is no status of HTTP"},
		{"101 Switching Protocols", "Upgrade: x\r\nConnection: upgrade\r\n",
			"the server answered 101 Switching Protocols, to another protocol, which nobody asked for"},
		{"999 Odd", "", "the server answered 999, which is no status of HTTP"},
	} {
		url := answer(t, "HTTP/1.1 "+test.line+"\r\n"+test.header+"Content-Length: 0\r\n\r\n")
		for _, most := range []int{0, -1} {
			_, err := client(t, fetch.Options{MaxRedirects: most}).Fetch(t.Context(), fetch.Request{URL: url})
			failed, ok := errors.AsType[*fetch.StatusError](err)
			if !ok || !strings.Contains(err.Error(), test.text) || failed.Retryable() {
				t.Errorf("%s: got %v; want %s", test.line, err, test.text)
			}
		}
	}
	for _, name := range []string{"if-none-match", "If-Modified-Since"} {
		request := fetch.Request{URL: answer(t, "HTTP/1.1 304 Not Modified\r\n\r\n"), Header: map[string]string{name: "x"}}
		if page, err := client(t, fetch.Options{}).Fetch(t.Context(), request); err != nil || page.Status != 304 {
			t.Errorf("304 to a request with %s: got %d, error %v", name, page.Status, err)
		}
	}
}
