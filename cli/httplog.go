package cli

import (
	"io"
	"log"
	"runtime"
	"strings"
)

// quietHTTP keeps net/http's client from writing lines of its own to standard error, such as "Unsolicited response
// received on idle HTTP channel": it has no other way to turn them off. What tasks and servers log stays.
func quietHTTP() { log.SetOutput(withoutHTTPClient{log.Writer()}) }

type withoutHTTPClient struct{ to io.Writer }

func (w withoutHTTPClient) Write(line []byte) (int, error) {
	if isHTTPClient(logger()) {
		return len(line), nil
	}
	return w.to.Write(line)
}

// logger is the function that logs.
func logger() string {
	var callers [16]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers[:])])
	for {
		frame, more := frames.Next()
		if !strings.HasPrefix(frame.Function, "log.") || !more {
			return frame.Function
		}
	}
}

func isHTTPClient(function string) bool {
	if !strings.HasPrefix(function, "net/http.") && !strings.HasPrefix(function, "net/http/internal/") {
		return false
	}
	for _, server := range []string{"erver", ".(*conn)", ".(*response)"} {
		if strings.Contains(function, server) {
			return false
		}
	}
	return true
}
