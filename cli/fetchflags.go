package cli

import (
	"bytes"
	"cmp"
	"iter"
	"net/http"
	"net/textproto"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/overlap/internal/timespan"
	"example.com/overlap/source"
	"example.com/overlap/tasks/fetch"
)

// fetchFlags are about requests: what a request leaves open is as they say.
type fetchFlags struct {
	header                    []string
	data, resolve             []string
	method, cookie, userAgent string
	caCert, cert, key, proxy  string
	insecure, http1           bool
	maxRedirects              int
	connectTimeout, maxTime   time.Duration
	stallLimit                time.Duration
	maxBody                   byteSize
	save                      string
	utf8                      bool
	untyped                   bool // -H leaves Content-Type out
	perHost                   perHostFlags
	given                     func(flag string) bool // whether the user did
}

func (f *fetchFlags) add(cmd *cobra.Command) {
	set := cmd.Flags()
	f.given = set.Changed
	f.perHost.add(cmd)
	set.StringArrayVarP(&f.header, "request-header", "H", nil, "send this header, `NAME: VALUE`; NAME: leaves one out, and "+
		"NAME; sends an empty one; @FILE reads several, one a line; may be given again")
	set.StringVar(&f.method, "method", "", "the `method` of the requests (default GET, or POST with --data)")
	set.StringArrayVar(&f.data, "data", nil, "send this `text` as the body, or the content of a file for @FILE, without "+
		"its line ends; given again, & comes between; its type is a form's unless -H says another")
	set.StringVar(&f.cookie, "cookie", "", "send these cookies, `NAME=VALUE` with ; between several")
	set.StringVar(&f.userAgent, "user-agent", "", "send this `text` as User-Agent (default overlap)")
	set.StringVar(&f.caCert, "cacert", "", "trust the certificates in this `file` of PEM instead of the system's")
	set.StringVar(&f.cert, "cert", "", "show servers the certificate in this `file` of PEM, which has its key, "+
		"too, unless --cert-key names another file")
	set.StringVar(&f.key, "cert-key", "", "the key of --cert is in this `file` of PEM")
	set.BoolVar(&f.insecure, "insecure", false, "take any certificate: whoever is on the way can read and change all")
	set.StringVar(&f.proxy, "proxy", "", "go through the proxy with this `URL`, or none (default what http_proxy, "+
		"https_proxy, ALL_PROXY and NO_PROXY say)")
	set.StringArrayVar(&f.resolve, "resolve", nil, "connect to this address instead of looking the host up, "+
		"`HOST:PORT:ADDRESS`; may be given again")
	set.BoolVar(&f.http1, "http1.1", false, "speak HTTP/1.1, also with servers that know HTTP/2")
	set.IntVar(&f.maxRedirects, "max-redirects", 10, "follow at most this `number` of redirects for a request; with 0 the "+
		"redirect itself is the result")
	timespan.Var(set, &f.connectTimeout, "connect-timeout", 10*time.Second, "give up a connection that is not there after "+
		"this long, and its TLS after as long again")
	timespan.Var(set, &f.maxTime, "max-time", 10*time.Minute, "give up an attempt after this long, redirects and body "+
		"included; --retries make others; 0 for no limit")
	timespan.Var(set, &f.stallLimit, "stall-limit", 30*time.Second, "give up an attempt whose body has not sent a byte for "+
		"this long; 0 for no limit")
	set.Var(&f.maxBody, "max-body", "give up a body that is larger than this `size`, decompressed (default 64MiB)")
	set.StringVar(&f.save, "save", "", "save each body of a response that succeeded in this `directory`, in "+
		"HOST/NAME-HASH.EXTENSION; the result has path, size and sha256")
	set.BoolVar(&f.utf8, "utf8", false, "decode text of another charset, as the header, a byte order mark or HTML says it")
}

// defaults are what requests leave open.
func (f *fetchFlags) defaults() (r fetch.Request, err error) {
	if err := f.check(); err != nil {
		return r, err
	}
	r.Method = f.method
	if err := f.readHeader(&r); err != nil {
		return r, err
	}
	if err := f.readData(&r); err != nil {
		return r, err
	}
	if err := r.Check(); err != nil {
		return r, usageErrorf("the flags say what no request may have: %w", err)
	}
	s := fetch.Settings{
		Insecure: f.insecure, Proxy: f.proxy, Resolve: f.resolve, HTTP1: f.http1, MaxBody: int64(f.maxBody),
		Save: f.save, UTF8: f.utf8,
	}
	if s.CACert, s.Cert, err = f.readCertificates(); err != nil {
		return r, err
	}
	if f.given("connect-timeout") {
		s.ConnectTimeout = f.connectTimeout
	}
	const none = -1 // as settings have it
	if f.given("max-redirects") {
		s.MaxRedirects = cmp.Or(f.maxRedirects, none)
	}
	if f.given("max-time") {
		s.MaxTime = cmp.Or(f.maxTime, none)
	}
	if f.given("stall-limit") {
		s.StallLimit = cmp.Or(f.stallLimit, none)
	}
	if f.any() {
		r.Settings = &s
		if err := s.Check(); err != nil {
			return r, usageErrorf("%s", strings.ReplaceAll(err.Error(), fetch.ProxyOfRequest, "--proxy"))
		}
	}
	return r, nil
}

// any reports whether the user gave a flag that is about settings.
func (f *fetchFlags) any() bool {
	return slices.ContainsFunc([]string{"cacert", "cert", "insecure", "proxy", "resolve", "http1.1", "max-redirects",
		"connect-timeout", "max-time", "stall-limit", "max-body", "save",
		"utf8"}, f.given)
}

func (f *fetchFlags) check() error {
	switch {
	case f.maxRedirects < 0:
		return usageErrorf("--max-redirects %d makes no sense: give 0 or more", f.maxRedirects)
	case f.connectTimeout <= 0:
		return usageErrorf("--connect-timeout %v makes no sense: give a positive time, such as 10s", f.connectTimeout)
	case f.maxTime < 0:
		return usageErrorf("--max-time %v makes no sense: give a positive time, or 0 for no limit", f.maxTime)
	case f.stallLimit < 0:
		return usageErrorf("--stall-limit %v makes no sense: give a positive time, or 0 for no limit", f.stallLimit)
	case f.given("max-body") && f.maxBody == 0:
		return usageErrorf("--max-body 0 would refuse every body: give a size such as 1MiB")
	case f.given("save") && f.save == "":
		return usageErrorf("--save '' names no directory: give one, such as . for this one, or leave the flag out")
	case f.key != "" && f.cert == "":
		return usageErrorf("--cert-key is the key of a certificate: give --cert FILE as well")
	case f.cookie != "" && !strings.Contains(f.cookie, "="):
		return usageErrorf("--cookie %s is no cookie: give NAME=VALUE; files of cookies are not read", f.cookie)
	}
	return f.perHost.check(f.given)
}

// readHeader puts the headers that the flags say into a request.
func (f *fetchFlags) readHeader(r *fetch.Request) error {
	var lines []string
	for _, line := range f.header {
		if name, isFile := strings.CutPrefix(line, "@"); isFile {
			text, err := os.ReadFile(name)
			if err != nil {
				return usageErrorf("-H %s cannot be read: %w", line, withoutPath(err))
			}
			for line := range strings.Lines(string(text)) {
				if line = strings.TrimRight(line, "\r\n"); strings.TrimSpace(line) != "" {
					lines = append(lines, line)
				}
			}
			continue
		}
		lines = append(lines, line)
	}
	if f.userAgent != "" {
		lines = append(lines, "User-Agent: "+f.userAgent)
	}
	if f.cookie != "" {
		lines = append(lines, "Cookie: "+f.cookie)
	}
	for _, line := range lines {
		name, value, found := strings.Cut(line, ":")
		isEmpty := false
		if empty, ok := strings.CutSuffix(line, ";"); !found && ok { // as curl has it
			name, found, isEmpty = empty, true, true
		}
		name, value = textproto.CanonicalMIMEHeaderKey(name), strings.TrimSpace(value)
		if !found || name == "" {
			return usageErrorf("-H %q is no header: give NAME: VALUE", line)
		}
		switch before, again := r.Header[name]; {
		case value == "" && !isEmpty && name == "Host":
			return usageErrorf("-H %q would leave out what every request has: give the host, or leave the flag out", line)
		case value == "" && !isEmpty && name == "Content-Type":
			f.untyped = true
			continue
		case value == "" && !isEmpty && name != "User-Agent" && name != "Accept-Encoding":
			continue // leaves it out, as for curl; no other is sent by itself
		case again && name == "Cookie":
			value = before + "; " + value
		case again:
			value = before + ", " + value
		}
		setHeader(r, name, value)
	}
	return nil
}

const formType = "application/x-www-form-urlencoded"

// readData puts the body that the flags say into a request.
func (f *fetchFlags) readData(r *fetch.Request) error {
	if len(f.data) == 0 {
		return nil
	}
	var parts [][]byte
	for _, data := range f.data {
		part := []byte(data)
		if name, isFile := strings.CutPrefix(data, "@"); isFile {
			text, err := os.ReadFile(name)
			if err != nil {
				return usageErrorf("--data %s cannot be read: %w", data, withoutPath(err))
			}
			part = slices.DeleteFunc(text, func(c byte) bool { return c == '\r' || c == '\n' || c == 0 }) // as curl does
		}
		parts = append(parts, part)
	}
	r.Body = bytes.Join(parts, []byte("&"))
	r.Method = cmp.Or(r.Method, http.MethodPost)
	if _, said := r.Header["Content-Type"]; !said && !f.untyped {
		setHeader(r, "Content-Type", formType)
	}
	return nil
}

func setHeader(r *fetch.Request, name, value string) {
	if r.Header == nil {
		r.Header = map[string]string{}
	}
	r.Header[name] = value
}

// readCertificates reads the files, so that requests have what they say.
func (f *fetchFlags) readCertificates() (caCert, cert string, err error) {
	read := func(flag, name string) (text string) {
		if name == "" || err != nil {
			return ""
		}
		pem, failed := os.ReadFile(name)
		switch {
		case failed != nil:
			err = usageErrorf("--%s %s cannot be read: %w", flag, name, withoutPath(failed))
		case !bytes.Contains(pem, []byte("-----BEGIN")):
			err = usageErrorf("--%s %s is no file of PEM: it has no -----BEGIN", flag, name)
		}
		return string(pem)
	}
	caCert, cert = read("cacert", f.caCert), read("cert", f.cert)
	if key := read("cert-key", f.key); key != "" {
		cert += "\n" + key
	}
	return caCert, cert, err
}

// reader has what a request leaves open be as the flags say.
func (f *fetchFlags) reader(of inputReader) (inputReader, error) {
	defaults, err := f.defaults()
	if err != nil || reflect.DeepEqual(defaults, fetch.Request{}) {
		return of, err
	}
	calls := of.calls
	of.calls = func(items iter.Seq2[source.Item, error]) iter.Seq2[callInput, error] {
		return func(yield func(callInput, error) bool) {
			for in, err := range calls(items) {
				if r, ok := in.value.(fetch.Request); ok {
					in.given.input = r // without what the flags say: it may be long, or a secret
					in.value = r.WithDefaults(defaults)
				}
				if !yield(in, err) || err != nil {
					return
				}
			}
		}
	}
	return of, nil
}
