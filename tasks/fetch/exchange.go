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
	"strings"
	"sync"
	"time"

	"example.com/overlap"
)

// Fetch makes one request, follows its redirects and reads the body to its end. It waits inside [overlap.Await], so
// call it from the call's own goroutine. A status of 400 or more is a [*StatusError], any other failure an [*Error].
// It has no timeout for all of a request but the one of ctx.
func (c *Client) Fetch(ctx context.Context, r Request) (Page, error) {
	at, problem := check(r)
	if problem != nil {
		return Page{}, problem
	}
	return overlap.Await(ctx, func() (Page, error) { return c.exchange(ctx, r, at) })
}

func (c *Client) exchange(ctx context.Context, r Request, at *url.URL) (Page, error) {
	t := newTrace()
	request, err := c.newRequest(t.watch(ctx), r, at)
	if err != nil {
		return Page{}, r.refuse(BadRequest, err, "bad request: %v", err)
	}
	response, err := c.http.Do(request)
	if err != nil {
		if response != nil { // a redirect that is not followed
			response.Body.Close()
		}
		return Page{}, c.explain(ctx, r, t, err)
	}
	defer response.Body.Close()
	page := Page{
		Status:      response.StatusCode,
		Protocol:    response.Proto,
		URL:         response.Request.URL.String(),
		ContentType: response.Header.Get("Content-Type"),
	}
	err = c.readBody(ctx, r, response, &page)
	page.Times = t.done()
	if page.Status >= http.StatusBadRequest {
		return Page{}, &StatusError{
			Status: page.Status, Method: r.method(), URL: r.URL, Page: page,
			Header: response.Header, Received: time.Now(), Idempotent: r.idempotent(), Err: err,
		}
	}
	if err != nil {
		return Page{}, err
	}
	return page, nil
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
	at.Host = strings.TrimSuffix(at.Host, ":") // an empty port
	request.URL, request.Host = at, at.Host
	request.Header["User-Agent"] = c.userAgent
	for name, value := range r.Header {
		request.Header.Set(name, value)
	}
	if host := request.Header.Get("Host"); host != "" {
		request.Host = host
	}
	return request, nil
}

// reading is what reading a body needs, kept for the next one.
type reading struct {
	buffer [32 << 10]byte
	hash   hash.Hash
}

var readings = sync.Pool{New: func() any { return &reading{hash: sha256.New()} }}

// readBody reads the body to its end, which lets the connection be used again, and fills in what page says of it.
func (c *Client) readBody(ctx context.Context, r Request, response *http.Response, page *Page) error {
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
		if r.KeepBody {
			page.Body = append(page.Body, work.buffer[:n]...)
		}
		switch {
		case err == io.EOF:
			page.SHA256 = hex.EncodeToString(work.hash.Sum(work.buffer[:0]))
			return nil
		case err == nil:
		case ctx.Err() != nil:
			return r.interrupted(ctx, fmt.Sprintf("reading the body, after %d bytes", page.Size))
		default:
			return r.refuse(Broken, err, "the connection to %s broke after %d bytes of the body: %v",
				response.Request.URL.Host, page.Size, err)
		}
	}
}

func (r Request) tooLarge(limit int64) *Error {
	return r.refuse(TooLarge, nil, "the body is larger than the limit of %s", byteSize(limit))
}

func byteSize(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}
