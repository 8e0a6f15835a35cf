package fetch_test

import (
	"crypto/tls"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/overlap/tasks/fetch"
)

// get makes a request with settings to a server that says who it is.
func get(t *testing.T, c *fetch.Client, url string, settings *fetch.Settings) (fetch.Page, error) {
	t.Helper()
	return c.Fetch(t.Context(), fetch.Request{URL: url, KeepBody: true, Settings: settings})
}

// says is a handler that says text.
func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, text) }
}

func TestSettingsOfTrust(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, r.Proto)
	}))
	server.EnableHTTP2 = true
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	authority := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, []byte(authority), 0o600); err != nil {
		t.Fatal(err)
	}
	c := client(t, fetch.Options{})
	for name, test := range map[string]struct {
		settings *fetch.Settings
		want     string // the protocol; "" for a server that is not trusted
	}{
		"nothing said":       {nil, ""},
		"text":               {&fetch.Settings{CACert: authority}, "HTTP/2.0"},
		"file":               {&fetch.Settings{CACert: file}, "HTTP/2.0"},
		"insecure":           {&fetch.Settings{Insecure: true}, "HTTP/2.0"},
		"insecure, HTTP/1.1": {&fetch.Settings{Insecure: true, HTTP1: true}, "HTTP/1.1"},
	} {
		page, err := get(t, c, server.URL, test.settings)
		if test.want == "" {
			if reasonOf(err) != fetch.TLSFailed {
				t.Errorf("%s: page %+v, error %v", name, page, err)
			}
		} else if err != nil || string(page.Body) != test.want {
			t.Errorf("%s: body %q, error %v, want %s", name, page.Body, err, test.want)
		}
	}
}

func TestSettingsOfWhereTo(t *testing.T) {
	server := serve(t, says("the server"))
	proxied := serve(t, says("the proxy"))
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	c := client(t, fetch.Options{})
	for url, test := range map[string]struct {
		settings fetch.Settings
		want     string
	}{
		"http://no.such.host.invalid:" + port: {
			fetch.Settings{Resolve: []string{"no.such.host.invalid:" + port + ":127.0.0.1"}}, "the server",
		},
		"http://also.no.host.invalid": {fetch.Settings{Proxy: proxied.URL}, "the proxy"},
		server.URL:                    {fetch.Settings{Proxy: "none"}, "the server"},
	} {
		if page, err := get(t, c, url, &test.settings); err != nil || string(page.Body) != test.want {
			t.Errorf("%s: body %q, error %v, want %s", url, page.Body, err, test.want)
		}
	}
}

func TestConnectionsOfEqualSettingsAreShared(t *testing.T) {
	server := serve(t, says("here"))
	c := client(t, fetch.Options{})
	for i, settings := range []fetch.Settings{
		{Proxy: "none"}, {Proxy: "none", MaxBody: 100}, {Proxy: "none", MaxRedirects: 1},
	} {
		page, err := get(t, c, server.URL, &settings)
		if err != nil || page.Times.Reused != (i > 0) {
			t.Errorf("request %d: reused %v, error %v", i, page.Times.Reused, err)
		}
	}
}

func TestBadSettings(t *testing.T) {
	c := client(t, fetch.Options{})
	for want, settings := range map[string]fetch.Settings{
		"cannot read the certificates to trust":     {CACert: "no such file"},
		"there is no certificate to trust in":       {CACert: "-----BEGIN NOTHING-----"},
		"the client's certificate in":               {Cert: "-----BEGIN NOTHING-----"},
		"the proxy of the request has the unknown":  {Proxy: "gopher://a"},
		`"a:b:c" says no address of a host`:         {Resolve: []string{"a:b:c"}},
		"a negative connect_timeout or max_body":    {ConnectTimeout: -1},
		"a * stands for no host: name each":         {Resolve: []string{"*:80:127.0.0.1"}},
		"give host:port:address, as in example.com": {Resolve: []string{"a:80:b"}},
	} {
		_, err := get(t, c, "http://127.0.0.1:1/", &settings)
		if reasonOf(err) != fetch.BadSettings || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want %s", settings, err, want)
		}
		if err := settings.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: Check says %v, want %s", settings, err, want)
		}
	}
}

func TestSettingsBoundTheTime(t *testing.T) {
	for _, test := range []struct {
		path     string
		settings fetch.Settings
		reason   fetch.Reason
		text     string
		took     time.Duration
	}{
		{"/", fetch.Settings{MaxTime: 20 * time.Second}, fetch.OutOfTime,
			"given up while waiting for the response: it was not over within 20s", 20 * time.Second},
		{"/body", fetch.Settings{MaxTime: 50 * time.Second, StallLimit: time.Hour}, fetch.OutOfTime, "within 50s",
			50 * time.Second},
		{"/body", fetch.Settings{StallLimit: 20 * time.Second}, fetch.Stalled,
			"given up while reading the body, after 4 bytes: not a byte came for 20s", 20 * time.Second},
		{"/body", fetch.Settings{StallLimit: 20 * time.Second, MaxTime: -1}, fetch.Stalled, "for 20s", 20 * time.Second},
		{"/drip", fetch.Settings{StallLimit: 20 * time.Second, MaxTime: time.Minute}, fetch.OutOfTime, "after 7 bytes",
			time.Minute},
		{"/drip", fetch.Settings{}, fetch.OutOfTime, "within 10m0s", 10 * time.Minute},
		{"/body", fetch.Settings{}, fetch.Stalled, "not a byte came for 30s", 30 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := inMemory(t, fetch.Options{}, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/" {
					io.WriteString(w, "some")
					w.(http.Flusher).Flush()
				}
				for r.Context().Err() == nil {
					select {
					case <-time.After(19 * time.Second):
					case <-r.Context().Done():
					}
					if r.URL.Path == "/drip" {
						io.WriteString(w, ".")
						w.(http.Flusher).Flush()
					}
				}
			})
			begun := time.Now()
			_, err := get(t, c, "http://host"+test.path, &test.settings)
			took := time.Since(begun).Round(time.Millisecond)
			if reasonOf(err) != test.reason || !strings.Contains(err.Error(), test.text) || took != test.took {
				t.Errorf("%+v: after %v got %v, want %s: %s after %v",
					test.settings, took, err, test.reason, test.text, test.took)
			}
		})
	}
}

func TestRequestWithDefaults(t *testing.T) {
	defaults := fetch.Request{
		Method: "POST", Header: map[string]string{"A": "1", "B": "2"}, Body: []byte("all"),
		Settings: &fetch.Settings{MaxBody: 5, Insecure: true},
	}
	own := fetch.Request{
		URL: "http://a/", Method: "PUT", Header: map[string]string{"b": "3"}, Settings: &fetch.Settings{MaxBody: 7},
	}
	want := fetch.Request{
		URL: "http://a/", Method: "PUT", Header: map[string]string{"A": "1", "b": "3"}, Body: []byte("all"),
		Settings: &fetch.Settings{MaxBody: 7, Insecure: true},
	}
	if got := own.WithDefaults(defaults); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got := (fetch.Request{URL: "http://a/"}).WithDefaults(defaults); got.Settings != defaults.Settings {
		t.Error("requests with nothing of their own do not share settings")
	}
}

func TestSettingsInJSON(t *testing.T) {
	const text = `{"url":"http://a/","insecure":true,"resolve":["a:80:127.0.0.1"],"max_redirects":0,"max_time":1.5,` +
		`"stall_limit":"1m","max_body":9}`
	var got fetch.Request
	if err := got.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	want := &fetch.Settings{
		Insecure: true, Resolve: []string{"a:80:127.0.0.1"}, MaxRedirects: -1, MaxTime: 1500 * time.Millisecond,
		StallLimit: time.Minute, MaxBody: 9,
	}
	if !reflect.DeepEqual(got.Settings, want) {
		t.Errorf("got  %+v\nwant %+v", got.Settings, want)
	}
	if err := got.UnmarshalText([]byte(`{"url":"http://a/","max_time":"soon"}`)); err == nil ||
		!strings.Contains(err.Error(), `"soon" is no time: give seconds, or a text such as "1m30s"`) {
		t.Errorf("a bad time: %v", err)
	}
	written, err := json.Marshal(fetch.Request{URL: "http://a/", Settings: &fetch.Settings{MaxRedirects: -1, MaxTime: -1}})
	if want := `{"url":"http://a/","max_redirects":0,"max_time":0}`; err != nil || string(written) != want {
		t.Errorf("got %s, %v, want %s", written, err, want)
	}
	for field, value := range map[string]string{
		"max_redirects": "-1", "max_time": "-1", "stall_limit": `"-1s"`, "connect_timeout": "-0.5", "max_body": "-1",
	} {
		err := got.UnmarshalText([]byte(`{"url":"http://a/","` + field + `":` + value + `}`))
		if err == nil || !strings.Contains(err.Error(), `field "`+field+`" of a request: -`) {
			t.Errorf("%s of %s: %v", field, value, err)
		}
	}
	for field, said := range map[string]string{
		`"max_body":"2 elephants"`: `"2 elephants" is no size: give bytes, or a text such as "16MiB"`, `"max_redirects":"1"`: "want a whole number, got a string",
		`"insecure":1`: "want true or false, got a number", `"proxy":[]`: "want a text, got an array",
		`"header":{"A":1}`: "want an object of texts, got a number", `"resolve":"a"`: "want a list of texts, got a string",
	} {
		err := got.UnmarshalText([]byte(`{"url":"http://a/",` + field + `}`))
		if err == nil || !strings.Contains(err.Error(), said) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := got.UnmarshalText([]byte(`{"url":"http://a/","max_body":"16MiB"}`)); err != nil || got.Settings.MaxBody != 16<<20 {
		t.Errorf("max_body of 16MiB: %+v, %v", got.Settings, err)
	}
	if err := got.UnmarshalText([]byte(`{"url":"http://a/","max_time":1e-12}`)); err == nil {
		t.Error("a time that rounds to 0 is taken, as if it meant no limit")
	}
}
