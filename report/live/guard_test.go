package live

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Only who knows the token gets in, by the address itself, and no other site.
func TestGuard(t *testing.T) {
	const page, token = "127.0.0.1:7000", "secret"
	var handlers []http.Handler
	for _, shown := range []Shown{New(About{}, noCalls), NewComparison(AboutComparison{})} {
		handlers = append(handlers, newHandler(token, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7000}, shown, newEvents(shown)))
	}
	for name, c := range map[string]struct {
		method, path, host string
		header             map[string]string
		want               int
	}{
		"the page":                        {path: "/secret/", want: 200},
		"the page, by name":               {path: "/secret/", host: "localhost:7000", want: 200},
		"its head":                        {method: "HEAD", path: "/secret/", want: 200},
		"from itself":                     {path: "/secret/", header: map[string]string{"Origin": "http://" + page, "Sec-Fetch-Site": "same-origin"}, want: 200},
		"typed in":                        {path: "/secret/", header: map[string]string{"Sec-Fetch-Site": "none"}, want: 200},
		"by a link":                       {path: "/secret/", header: map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, want: 200},
		"nothing":                         {path: "/secret/other", want: 404},
		"no token":                        {path: "/", want: 404},
		"another token":                   {path: "/secreT/", want: 404},
		"the beginning of the token":      {path: "/secre/", want: 404},
		"events without a token":          {path: "/events", want: 404},
		"another name for this machine":   {path: "/secret/", host: "attacker.example:7000", want: 421},
		"another port":                    {path: "/secret/", host: "127.0.0.1:7001", want: 421},
		"no port":                         {path: "/secret/", host: "127.0.0.1", want: 421},
		"a script of another site":        {path: "/secret/events", header: map[string]string{"Origin": "http://attacker.example"}, want: 403},
		"a script of a file":              {path: "/secret/events", header: map[string]string{"Origin": "null"}, want: 403},
		"a script of another port":        {path: "/secret/events", header: map[string]string{"Origin": "http://127.0.0.1:80"}, want: 403},
		"an image of another site":        {path: "/secret/events", header: map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}, want: 403},
		"a frame of another site":         {path: "/secret/", header: map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, want: 403},
		"something else than looking":     {method: "POST", path: "/secret/", want: 405},
		"asking what other sites may do":  {method: "OPTIONS", path: "/secret/events", want: 405},
		"a path that leads out and in":    {path: "/x/../secret/", want: 404},
		"a token in another part of path": {path: "//secret/", want: 404},
	} {
		t.Run(name, func(t *testing.T) {
			for _, handler := range handlers {
				r := httptest.NewRequest("GET", "http://"+page+"/", nil)
				if c.method != "" {
					r.Method = c.method
				}
				if r.URL.Path = c.path; c.host != "" {
					r.Host = c.host
				}
				for key, value := range c.header {
					r.Header.Set(key, value)
				}
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				if w.Code != c.want {
					t.Errorf("%d, want %d: %s", w.Code, c.want, w.Body)
				}
				for key := range w.Header() {
					if strings.HasPrefix(key, "Access-Control-") {
						t.Errorf("it lets other sites read: %s", key)
					}
				}
				policy := w.Header().Get("Content-Security-Policy")
				if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") ||
					strings.Contains(policy, "unsafe") {
					t.Errorf("its policy is %q", policy)
				}
				if w.Code != http.StatusOK && strings.Contains(w.Body.String(), token) {
					t.Error("it tells the token")
				}
			}
		})
	}
}

// The page is for this machine alone.
func TestServeOnThisMachineAlone(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0", "example.com:0", "127.0.0.1", "7000", ""} {
		if s, err := Serve(address, New(About{}, noCalls)); err == nil {
			s.Close()
			t.Errorf("it serves at %q", address)
		}
	}
	s, err := Serve("localhost:0", New(About{}, noCalls))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	response, err := http.Get(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK || !strings.HasPrefix(s.URL(), "http://127.0.0.1:") {
		t.Errorf("%s from %s", response.Status, s.URL())
	}
}

func noCalls() Calls { return Calls{Total: -1} }
