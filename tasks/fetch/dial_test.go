package fetch_test

import (
	"errors"
	"net"
	"syscall"
	"testing"

	"example.com/overlap/tasks/fetch"
)

// Whoever starts the calls makes fewer at once when one says that this machine has run out of something.
func TestWhatRunsOutKeepsItsIdentity(t *testing.T) {
	for errno, text := range map[syscall.Errno]string{
		syscall.EMFILE:        "raise ulimit -n",
		syscall.ENFILE:        "no file descriptor left on this machine",
		syscall.EADDRNOTAVAIL: "no address or local port left",
		syscall.ENOBUFS:       "not enough memory for another connection",
		syscall.ENOMEM:        "not enough memory for another connection",
	} {
		for kind, cause := range map[string]error{
			"socket": errno,
			"lookup": &net.DNSError{Err: "dial udp 1.2.3.4:53: socket: " + errno.Error(), Name: "h", Server: "1.2.3.4:53"},
		} {
			for _, variable := range []string{"NO_PROXY=", "http_proxy=proxy"} {
				c := behind(t, failToDial(cause), variable)
				_, err := c.Fetch(t.Context(), fetch.Request{URL: "http://h/"})
				wantError(t, err, fetch.ConnectFailed, text)
				if !errors.Is(err, errno) {
					t.Errorf("%s, %s: %v is not %v", kind, variable, err, errno)
				}
			}
		}
	}
}
