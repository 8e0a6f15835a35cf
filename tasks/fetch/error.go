package fetch

// Reason is why a request got no response, or not a whole one.
type Reason string

const (
	BadURL           Reason = "bad URL"
	NoHost           Reason = "no host"
	UnknownScheme    Reason = "unknown scheme"
	BadRequest       Reason = "bad request"        // a method or a header that HTTP does not allow
	BadSettings      Reason = "bad settings"       // a file of certificates that cannot be read, for instance
	DNSFailed        Reason = "DNS failed"         // no address found for the host
	Refused          Reason = "connection refused" // nothing listens there
	ConnectTimeout   Reason = "connect timeout"    // TCP or TLS was not there in time
	ConnectFailed    Reason = "connect failed"     // unreachable, no file descriptor free, and other causes
	TLSFailed        Reason = "TLS failed"         // a certificate that cannot be trusted, or no common TLS
	ResponseTimeout  Reason = "response timeout"   // connected, but no header of a response in time
	Broken           Reason = "connection broken"  // before the response was whole
	BadResponse      Reason = "bad response"       // not HTTP, against its rules, or not what its encoding says
	Interrupted      Reason = "interrupted"        // the context ended: canceled, or the call's timeout
	OutOfTime        Reason = "out of time"        // not over within the limit for all of it (MaxTime)
	Stalled          Reason = "stalled"            // the body stopped coming (StallLimit)
	TooLarge         Reason = "body too large"
	HeaderTooLarge   Reason = "header too large"
	TooManyRedirects Reason = "too many redirects"
	BadProxy         Reason = "bad proxy"    // what names one, in the environment mostly, cannot be read
	ProxyFailed      Reason = "proxy failed" // it was not there, or did not reach the server
	BadStatus        Reason = "bad status"   // of a StatusError
	NotSaved         Reason = "not saved"    // the body came, and could not be written to its file
	HostDown         Reason = "host down"    // of a HostError
	LeftAlone        Reason = "left alone"   // of a HostError: the host asked for that, with Retry-After
	ProxyDenied      Reason = "proxy denied" // it does not let this request pass, or does not speak as a proxy does
)

// Error is a request that got no response, or not a whole one. It wraps its cause.
type Error struct {
	Reason     Reason
	Method     string
	URL        string // as given, without a password
	Host       string // host and port that it failed at, after redirects; "" if it was refused before anything was sent
	Idempotent bool   // making the request again does no harm
	Unsent     bool   // there was no connection to send it over, so that making it again does no harm, whatever its method
	Err        error  // nil if the request was refused before anything was sent
	Page       *Page  // what there was of an answer: its status, and as much of its body as came, unless that was too large; nil: none

	text string
}

func (e *Error) Error() string { return e.text }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Summary is the reason, so that equal ones can be counted together.
func (e *Error) Summary() string { return string(e.Reason) }

// FailedValue is a [Failure].
func (e *Error) FailedValue() any {
	f := Failure{Reason: e.Reason, Host: e.Host, Page: e.Page}
	if e.Page != nil {
		f.Status = e.Page.Status
	}
	return f
}

// Failure is what a failed request says in fields, for those who write results.
type Failure struct {
	Reason     Reason  `json:"reason"`                // "bad status" for a StatusError
	Host       string  `json:"host,omitempty"`        // and port, where it failed
	Status     int     `json:"status,omitempty"`      // of the response; 0 if there was none
	RetryAfter float64 `json:"retry_after,omitempty"` // seconds that the server asks, or asked, to be left alone
	Because    Reason  `json:"because,omitempty"`     // how the request ended that showed that the host is down
	Page       *Page   `json:"page,omitempty"`        // what came with the status, as far as it came
}

// Retryable reports whether another attempt may end otherwise, and does no harm.
func (e *Error) Retryable() bool {
	switch e.Reason {
	case DNSFailed, Refused, ConnectTimeout, ConnectFailed, ResponseTimeout, Broken, Interrupted, ProxyFailed,
		OutOfTime, Stalled:
		return e.Idempotent || e.Unsent
	}
	return false
}
