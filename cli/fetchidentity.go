package cli

import (
	"strconv"
	"strings"
)

// identity is what the flags put into each request and must be the same for a run to continue another, by the names that
// messages use. Times may change from run to run. What may be a secret is there by its hash.
func (f *fetchFlags) identity() map[string]string {
	defaults, err := f.defaults()
	if err != nil {
		return nil // the run says so itself
	}
	is := map[string]string{}
	add := func(name, value string) {
		if value != "" {
			is[name] = value
		}
	}
	given := func(name string, is bool) {
		if is {
			add(name, "given")
		}
	}
	add("--method", f.method)
	add("--data", digest(string(defaults.Body)))
	for name, value := range defaults.Header {
		if value == "" {
			add("the header "+name, "empty")
		}
		add("the header "+name, digest(value))
	}
	s := defaults.Settings
	if s == nil {
		return is
	}
	add("--cacert", digest(s.CACert))
	add("--cert", digest(s.Cert))
	given("--insecure", s.Insecure)
	if strings.Contains(s.Proxy, "@") { // it may have a password
		add("--proxy", digest(s.Proxy))
	} else {
		add("--proxy", s.Proxy)
	}
	add("--resolve", strings.Join(s.Resolve, " "))
	given("--http1.1", s.HTTP1)
	if f.given("max-redirects") {
		add("--max-redirects", strconv.Itoa(f.maxRedirects))
	}
	if f.given("max-body") {
		add("--max-body", f.maxBody.String())
	}
	add("--save", s.Save)
	given("--utf8", s.UTF8)
	return is
}
