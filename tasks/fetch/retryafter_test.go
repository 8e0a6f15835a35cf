package fetch

import (
	"math"
	"net/http"
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	const date = "Mon, 02 Jan 2006 15:04:05 GMT"
	received := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		retryAfter, date string
		want             time.Duration
		ok               bool
	}{
		{"", date, 0, false},
		{"0", date, 0, true},
		{" 120 ", date, 2 * time.Minute, true},
		{"86400", date, 24 * time.Hour, true},
		{"99999999999999999999999999", date, math.MaxInt64 / time.Second * time.Second, true},
		{"-1", date, 0, false},
		{"+1", date, 0, false},
		{"1.5", date, 0, false},
		{"soon", date, 0, false},
		{"Mon, 02 Jan 2006 15:05:05 GMT", date, time.Minute, true},  // by the server's clock, not by ours
		{"Monday, 02-Jan-06 15:05:05 GMT", date, time.Minute, true}, // RFC 850
		{"Mon Jan  2 15:05:05 2006", date, time.Minute, true},       // ANSI C
		{"Mon, 02 Jan 2006 15:04:00 GMT", date, 0, true},            // past
		{"Tue, 03 Jan 2006 15:04:05 GMT", date, 24 * time.Hour, true},
		{"Fri, 31 Dec 9999 23:59:59 GMT", date, math.MaxInt64, true},       // further than a Duration can say
		{"Tue, 01 Jan 2030 00:00:30 GMT", "", 30 * time.Second, true},      // no Date: by ours
		{"Tue, 01 Jan 2030 00:00:30 GMT", "never", 30 * time.Second, true}, // a bad one
	} {
		e := &StatusError{Header: http.Header{}, Received: received}
		e.Header.Set("Retry-After", test.retryAfter)
		e.Header.Set("Date", test.date)
		if got, ok := e.RetryAfter(); got != test.want || ok != test.ok {
			t.Errorf("Retry-After %q, Date %q: got %v %v, want %v %v", test.retryAfter, test.date, got, ok, test.want, test.ok)
		}
	}
	if _, ok := new(StatusError).RetryAfter(); ok {
		t.Error("an error without a header has a wait")
	}
}

func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{
		"", "0", "120", "-5", "99999999999999999999", "Mon, 02 Jan 2006 15:05:05 GMT", "Fri, 31 Dec 9999 23:59:59 GMT",
	} {
		f.Add(seed, int64(1136214245))
	}
	f.Fuzz(func(t *testing.T, value string, now int64) {
		wait, ok := parseRetryAfter(value, time.Unix(now, 0))
		if wait < 0 || !ok && wait != 0 {
			t.Errorf("%q at %d: %v %v", value, now, wait, ok)
		}
	})
}
