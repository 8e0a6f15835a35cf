package fetch

import (
	"encoding/json"
	"math"
	"net/url"
	"strconv"
	"time"
)

// Page is the output of [Task]: what a server answered, and how long it took.
type Page struct {
	Status      int    `json:"status"`
	Protocol    string `json:"protocol"` // "HTTP/1.1" or "HTTP/2.0"
	URL         string `json:"url"`      // the last one, after redirects, as it was sent; a password is masked
	ContentType string `json:"content_type"`
	Size        int64  `json:"size"`   // bytes of the body, decompressed and decoded where that was asked for
	SHA256      string `json:"sha256"` // of those bytes, in hexadecimal
	Times       Times  `json:"times"`

	// Path is the file that the body was saved in, if the settings name a directory for that. It is there as a whole, or
	// not at all, and on the disk before the page is a result. Requests that differ have different files, and so have equal
	// ones with different bodies: no file is replaced.
	Path string `json:"path,omitempty"`

	// ContentEncoding is how the body is still encoded, br for instance, since it is none that was asked for; "" for a body
	// as it is.
	ContentEncoding string `json:"content_encoding,omitempty"`

	Redirects []Redirect `json:"redirects,omitempty"` // that led from the request to URL, the first first
	Body      Body       `json:"body,omitempty"`      // if the request said KeepBody
}

// Redirect is one that was followed.
type Redirect struct {
	Status int    `json:"status"`
	URL    string `json:"url"` // which redirected; a password is masked
}

// Summary is the status, so that equal ones can be counted together.
func (p Page) Summary() string { return "status " + strconv.Itoa(p.Status) }

// Answer is what must be the same whoever fetches the page, and when: status, path, size and content type. It leaves
// out the host, because the same service may be run at another port for each measurement, and the hash, because many
// servers echo the time or the client's port.
func (p Page) Answer() any {
	path := p.URL
	if u, err := url.Parse(p.URL); err == nil {
		path = u.EscapedPath()
	}
	return struct {
		Status      int    `json:"status"`
		Path        string `json:"path"`
		Size        int64  `json:"size"`
		ContentType string `json:"content_type"`
	}{p.Status, path, p.Size, p.ContentType}
}

// Times say where a request's time went. DNS, Connect and TLS are sums over the redirects, and 0 for connections that
// were there already. In JSON they are seconds.
type Times struct {
	DNS       time.Duration // looking up the host
	Connect   time.Duration // TCP
	TLS       time.Duration // the handshake
	FirstByte time.Duration // from the start to the first byte of the last response
	Body      time.Duration // from there to the end of the body
	Total     time.Duration // from the start to the end of the body
	Reused    bool          // the last response came over a connection that had been used before
}

type timesInSeconds struct {
	DNS       float64 `json:"dns_seconds"`
	Connect   float64 `json:"connect_seconds"`
	TLS       float64 `json:"tls_seconds"`
	FirstByte float64 `json:"first_byte_seconds"`
	Body      float64 `json:"body_seconds"`
	Total     float64 `json:"total_seconds"`
	Reused    bool    `json:"reused"`
}

// MarshalJSON gives dns_seconds, connect_seconds, tls_seconds, first_byte_seconds, body_seconds,
// total_seconds and reused.
func (t Times) MarshalJSON() ([]byte, error) {
	text := make([]byte, 0, 192) // each page has times, and encoding/json would take several times as long
	for _, part := range [...]struct {
		name string
		time time.Duration
	}{
		{`{"dns_seconds":`, t.DNS}, {`,"connect_seconds":`, t.Connect}, {`,"tls_seconds":`, t.TLS},
		{`,"first_byte_seconds":`, t.FirstByte}, {`,"body_seconds":`, t.Body}, {`,"total_seconds":`, t.Total},
	} {
		text = append(text, part.name...)
		text = strconv.AppendFloat(text, part.time.Seconds(), 'f', -1, 64)
	}
	text = append(text, `,"reused":`...)
	text = strconv.AppendBool(text, t.Reused)
	return append(text, '}'), nil
}

// UnmarshalJSON reads what MarshalJSON gives.
func (t *Times) UnmarshalJSON(data []byte) error {
	var s timesInSeconds
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	*t = Times{
		nanoseconds(s.DNS), nanoseconds(s.Connect), nanoseconds(s.TLS),
		nanoseconds(s.FirstByte), nanoseconds(s.Body), nanoseconds(s.Total), s.Reused,
	}
	return nil
}

func nanoseconds(seconds float64) time.Duration {
	return time.Duration(math.Round(seconds * float64(time.Second)))
}
