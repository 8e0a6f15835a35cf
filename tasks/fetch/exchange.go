package fetch

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"example.com/overlap"
	"example.com/overlap/internal/figures"
)

// Fetch makes one request, follows its redirects and reads the body to its end. It waits inside [overlap.Await], so
// call it from the call's own goroutine. A status of 400 or more is a [*StatusError], any other failure an [*Error].
func (c *Client) Fetch(ctx context.Context, r Request) (Page, error) {
	at, problem := check(r)
	if problem != nil {
		return Page{}, problem
	}
	c, err := c.with(r.Settings)
	if err != nil {
		return Page{}, r.refuse(BadSettings, err, "%v", err)
	}
	return overlap.Await(ctx, func() (Page, error) {
		watched, w := c.options.watch(ctx)
		defer w.stop()
		h := hop{sent: r, at: at}
		page, err := c.exchange(watched, w, r, &h)
		if failed, ok := err.(*Error); ok {
			failed.Host = h.at.Host
		}
		return page, err
	})
}

func (c *Client) exchange(ctx context.Context, w *watchdog, r Request, h *hop) (Page, error) {
	t := c.newTrace()
	watched := t.watch(ctx)
	for {
		request, err := c.newRequest(watched, h.sent, h.at)
		if err != nil {
			return Page{}, r.refuse(BadRequest, err, "bad request: %v", err)
		}
		if h.at.Scheme == "https" {
			loadTrust()
		}
		response, err := c.transport.RoundTrip(request)
		if err != nil {
			failed := c.explain(ctx, r, t, h.at, err)
			connected, _ := t.phase()
			failed.Unsent = !connected && len(h.redirects) == 0
			return Page{}, failed
		}
		if !isRedirect(response) || c.options.MaxRedirects < 0 {
			w.bodyBegins()
			return c.page(ctx, w, r, t, h, request, response)
		}
		answer := h.page(response)
		if problem := c.follow(r, h, response); problem != nil {
			answer.Times = t.done()
			problem.Page = &answer
			return Page{}, problem
		}
	}
}

// page reads the last response.
func (c *Client) page(ctx context.Context, w *watchdog, r Request, t *trace, h *hop, request *http.Request,
	response *http.Response) (Page, error) {
	if response.StatusCode == http.StatusSwitchingProtocols { // its body is the connection, and never ends
		_ = response.Body.Close()
		response.Body = http.NoBody
	}
	defer unzip(request, response)()
	defer response.Body.Close()
	page, encoding := h.page(response), encodingOf(response)
	succeeded := c.isSuccess(h.sent, response)
	err := c.readPage(ctx, w, r, h.at, response, &page, succeeded)
	if page.Size > 0 {
		page.ContentEncoding = encoding
	}
	if failed, ok := err.(*Error); ok && failed.Reason == TooLarge {
		page.Body = nil // nobody has asked for that much
	}
	page.Times = t.done()
	if !succeeded {
		return Page{}, &StatusError{
			Status: page.Status, Method: r.method(), URL: redact(r.URL), Host: h.at.Host, Page: page,
			Header: response.Header, Received: time.Now(), Idempotent: r.idempotent(), Err: err, proxy: c.proxyFor(h.at),
		}
	}
	if failed, ok := err.(*Error); ok {
		failed.Page = &page
		return Page{}, failed
	}
	return page, nil
}

// page is what the header of a response says.
func (h *hop) page(response *http.Response) Page {
	return Page{
		Status:      response.StatusCode,
		Protocol:    response.Proto,
		URL:         withoutPassword(h.at),
		Redirects:   h.redirects,
		ContentType: response.Header.Get("Content-Type"),
	}
}

func (c *Client) newRequest(ctx context.Context, r Request, at *url.URL) (*http.Request, error) {
	var body io.Reader
	if len(r.Body) > 0 {
		body = bytes.NewReader(r.Body)
	}
	request, err := http.NewRequestWithContext(ctx, r.method(), "", body) // without parsing the URL again
	if err != nil {
		return nil, err
	}
	request.URL, request.Host = at, at.Host
	request.Header["User-Agent"] = c.userAgent
	for name, value := range r.Header {
		request.Header.Set(name, value)
	}
	if host := request.Header.Get("Host"); host != "" {
		if request.Host, err = hostHeader(host); err != nil {
			return nil, err
		}
	}
	if password, _ := at.User.Password(); at.User != nil && request.Header["Authorization"] == nil {
		request.SetBasicAuth(at.User.Username(), password)
	}
	askForGzip(request)
	return request, nil
}

// hostHeader is a Host header as it is sent.
func hostHeader(host string) (string, error) {
	u, err := parseURL("//" + host)
	if err != nil || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" {
		return "", fmt.Errorf("%q in the header Host is no host", host)
	}
	return u.Host, nil
}

// reading is what reading a body needs, kept for the next one.
type reading struct {
	buffer [32 << 10]byte
	hash   hash.Hash
}

var readings = sync.Pool{New: func() any { return &reading{hash: sha256.New()} }}

// readPage reads the body, decodes and saves it where that is wanted.
func (c *Client) readPage(
	ctx context.Context, w *watchdog, r Request, at *url.URL, response *http.Response, page *Page, succeeded bool,
) error {
	if err := r.decodeText(response); err != nil && ctx.Err() != nil {
		return r.interrupted(ctx, "reading the body")
	} else if err != nil {
		return c.explainBody(r, at, 0, err)
	}
	if !succeeded {
		return c.readBody(ctx, w, r, at, response, page, nil)
	}
	to, err := r.save(page.ContentType)
	if err != nil {
		return r.notSaved(err)
	}
	defer to.discard()
	if err := c.readBody(ctx, w, r, at, response, page, to); err != nil {
		return err
	}
	if page.Path, err = to.commit(page.SHA256); err != nil {
		return r.notSaved(err)
	}
	return nil
}

func (r Request) notSaved(err error) *Error {
	return r.refuse(NotSaved, err, "the body cannot be saved in %s: %v", r.Settings.Save, err)
}

// readBody reads the body to its end, which lets the connection be used again, and fills in what page says of it.
func (c *Client) readBody(
	ctx context.Context, w *watchdog, r Request, at *url.URL, response *http.Response, page *Page, to *saving,
) error {
	if response.ContentLength > c.options.MaxBody && r.method() != http.MethodHead {
		return r.tooLarge(c.options.MaxBody)
	}
	work := readings.Get().(*reading)
	defer readings.Put(work)
	work.hash.Reset()
	for {
		n, err := response.Body.Read(work.buffer[:])
		if page.Size+int64(n) > c.options.MaxBody {
			return r.tooLarge(c.options.MaxBody)
		}
		work.hash.Write(work.buffer[:n])
		page.Size += int64(n)
		if failed := to.write(work.buffer[:n]); failed != nil {
			return r.notSaved(failed)
		}
		if r.KeepBody {
			page.Body = append(page.Body, work.buffer[:n]...)
		}
		switch {
		case err == io.EOF:
			page.SHA256 = hex.EncodeToString(work.hash.Sum(work.buffer[:0]))
			return nil
		case err == nil:
			w.gotBytes()
		case ctx.Err() != nil:
			return r.interrupted(ctx, "reading the body, after "+figures.Count(page.Size, "byte"))
		default:
			return c.explainBody(r, at, page.Size, err)
		}
	}
}

func (r Request) tooLarge(limit int64) *Error {
	return r.refuse(TooLarge, nil, "the body is larger than the limit of %s", figures.BinarySize(limit))
}
