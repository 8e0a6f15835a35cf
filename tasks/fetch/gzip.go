package fetch

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
)

var acceptGzip = []string{"gzip"}

// askForGzip asks for a compressed body, unless the request says itself what it takes, or that it says nothing. The
// transport would do that as well, but calls zeros after the end an error, and cannot tell bad data from a connection that
// broke.
func askForGzip(request *http.Request) {
	header := request.Header
	if said := header["Accept-Encoding"]; len(said) == 1 && said[0] == "" {
		delete(header, "Accept-Encoding")
		return
	}
	if request.Method != http.MethodHead && header["Accept-Encoding"] == nil && header["Range"] == nil {
		header["Accept-Encoding"] = acceptGzip
	}
}

// unzip makes the body of a response the decompressed one if that was asked for. The function that it returns gives
// back what that took.
func unzip(request *http.Request, response *http.Response) (done func()) {
	asked := request.Header["Accept-Encoding"]
	encoding := strings.TrimSpace(response.Header.Get("Content-Encoding"))
	isGzip := strings.EqualFold(encoding, "gzip") || strings.EqualFold(encoding, "x-gzip")
	if len(asked) != 1 || &asked[0] != &acceptGzip[0] || !isGzip || response.ContentLength == 0 {
		return func() {}
	}
	u := unzippers.Get().(*unzipper)
	whole := response.ContentLength > 0 || slices.Contains(response.TransferEncoding, "chunked") || response.ProtoMajor > 1
	*u = unzipper{member: u.member, packed: u.packed, body: watchedBody{ReadCloser: response.Body, endTells: whole}}
	u.packed.Reset(&u.body)
	response.Body, response.ContentLength = u, -1
	return func() {
		u.body = watchedBody{}
		unzippers.Put(u)
	}
}

// encodingOf is how the body of a response is still encoded, as a server may that was not asked for it; "" if it is not.
func encodingOf(response *http.Response) string {
	encoding := strings.ToLower(strings.Join(response.Header["Content-Encoding"], ", "))
	if _, unzipped := response.Body.(*unzipper); unzipped || encoding == "identity" {
		return ""
	}
	return encoding
}

var unzippers = sync.Pool{New: func() any {
	return &unzipper{packed: bufio.NewReaderSize(nil, 8<<10), member: new(gzip.Reader)}
}}

// unzipper reads a gzip body: members one after another, then perhaps zeros.
type unzipper struct {
	body   watchedBody
	packed *bufio.Reader
	member *gzip.Reader
	inside bool // a member has begun
	padded bool // a member has ended: zeros may follow
}

// watchedBody tells whether the connection failed or what it carried was bad.
type watchedBody struct {
	io.ReadCloser
	err      error
	endTells bool // the body's end is marked, so that it does not end early without an error
}

func (b *watchedBody) Read(to []byte) (int, error) {
	n, err := b.ReadCloser.Read(to)
	if err != nil {
		b.err = err
	}
	return n, err
}

// badEncoding is a body that is not what its Content-Encoding says.
type badEncoding struct{ error }

func (b badEncoding) Unwrap() error { return b.error }

func (u *unzipper) Read(to []byte) (int, error) {
	n, err := u.read(to)
	switch {
	case err == nil || err == io.EOF:
		return n, err
	case u.body.err != nil && u.body.err != io.EOF:
		return n, u.body.err
	case errors.Is(err, io.ErrUnexpectedEOF) && !u.body.endTells:
		return n, err
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = fmt.Errorf("its end is missing: %w", err)
	}
	return n, badEncoding{err}
}

func (u *unzipper) read(to []byte) (int, error) {
	for {
		if !u.inside {
			if err := u.next(); err != nil {
				return 0, err
			}
		}
		n, err := u.member.Read(to)
		if err == io.EOF {
			u.inside, u.padded = false, true
			err = nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// next begins the next member; io.EOF says that there is none.
func (u *unzipper) next() error {
	for {
		c, err := u.packed.ReadByte()
		if err != nil {
			return err
		}
		if c != 0 || !u.padded {
			break
		}
	}
	_ = u.packed.UnreadByte()
	if err := u.member.Reset(u.packed); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	u.member.Multistream(false)
	u.inside = true
	return nil
}

// Close closes the connection's body.
func (u *unzipper) Close() error { return u.body.Close() }
