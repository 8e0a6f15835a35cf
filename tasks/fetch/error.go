package fetch

// Reason is why a request got no response, or not a whole one.
type Reason string

const (
	BadURL           Reason = "bad URL"
	NoHost           Reason = "no host"
	UnknownScheme    Reason = "unknown scheme"
	BadRequest       Reason = "bad request"        // a method or a header that HTTP does not allow
	DNSFailed        Reason = "DNS failed"         // no address found for the host
	Refused          Reason = "connection refused" // nothing listens there
	ConnectTimeout   Reason = "connect timeout"    // TCP or TLS was not there in time
	ConnectFailed    Reason = "connect failed"     // unreachable, no file descriptor free, and other causes
	TLSFailed        Reason = "TLS failed"         // a certificate that cannot be trusted, or no common TLS
	ResponseTimeout  Reason = "response timeout"   // connected, but no header of a response in time
	Broken           Reason = "connection broken"  // before the response was whole
	BadResponse      Reason = "bad response"       // not HTTP, against its rules, or not what its encoding says
	Interrupted      Reason = "interrupted"        // the context ended: canceled, or the call's timeout
	TooLarge         Reason = "body too large"
	HeaderTooLarge   Reason = "header too large"
	TooManyRedirects Reason = "too many redirects"
	BadProxy         Reason = "bad proxy"    // a variable of the environment that names one cannot be read
	ProxyFailed      Reason = "proxy failed" // it was not there, or did not reach the server
	ProxyDenied      Reason = "proxy denied" // it does not let this request pass, or does not speak as a proxy does
)

// Error is a request that got no response, or not a whole one. It wraps its cause.
type Error struct {
	Reason     Reason
	Method     string
	URL        string // as given, without a password
	Idempotent bool   // making the request again does no harm
	Err        error  // nil if the request was refused before anything was sent

	text string
}

func (e *Error) Error() string { return e.text }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Retryable reports whether another attempt may end otherwise, and does no harm.
func (e *Error) Retryable() bool {
	switch e.Reason {
	case DNSFailed, Refused, ConnectTimeout, ConnectFailed, ResponseTimeout, Broken, Interrupted, ProxyFailed:
		return e.Idempotent
	}
	return false
}
