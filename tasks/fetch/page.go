package fetch

import (
	"encoding/json"
	"math"
	"net/url"
	"time"
)

// Page is the output of [Task]: what a server answered, and how long it took.
type Page struct {
	Status      int    `json:"status"`
	Protocol    string `json:"protocol"` // "HTTP/1.1" or "HTTP/2.0"
	URL         string `json:"url"`      // the last one, after redirects, as it was sent; a password is masked
	ContentType string `json:"content_type"`
	Size        int64  `json:"size"`   // bytes of the body, decompressed if the transport did so
	SHA256      string `json:"sha256"` // of those bytes, in hexadecimal
	Times       Times  `json:"times"`
	Body        Body   `json:"body,omitempty"` // if the request said KeepBody
}

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
	Total     time.Duration // from the start to the end of the body
	Reused    bool          // the last response came over a connection that had been used before
}

type timesInSeconds struct {
	DNS       float64 `json:"dns_seconds"`
	Connect   float64 `json:"connect_seconds"`
	TLS       float64 `json:"tls_seconds"`
	FirstByte float64 `json:"first_byte_seconds"`
	Total     float64 `json:"total_seconds"`
	Reused    bool    `json:"reused"`
}

// MarshalJSON gives dns_seconds, connect_seconds, tls_seconds, first_byte_seconds, total_seconds and reused.
func (t Times) MarshalJSON() ([]byte, error) {
	return json.Marshal(timesInSeconds{
		t.DNS.Seconds(), t.Connect.Seconds(), t.TLS.Seconds(), t.FirstByte.Seconds(), t.Total.Seconds(), t.Reused,
	})
}

// UnmarshalJSON reads what MarshalJSON gives.
func (t *Times) UnmarshalJSON(data []byte) error {
	var s timesInSeconds
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	*t = Times{
		nanoseconds(s.DNS), nanoseconds(s.Connect), nanoseconds(s.TLS),
		nanoseconds(s.FirstByte), nanoseconds(s.Total), s.Reused,
	}
	return nil
}

func nanoseconds(seconds float64) time.Duration {
	return time.Duration(math.Round(seconds * float64(time.Second)))
}
