package target

import (
	"fmt"
	"net"
	"net/http"
	"strings"
)

// takeOver takes the connection of a request out of the server's hands; nil where that cannot be (HTTP/2).
func takeOver(w http.ResponseWriter) net.Conn {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil
	}
	return conn
}

// headerFlood sends a header that does not end.
func headerFlood(_ *handler, w http.ResponseWriter, _ *http.Request, _ uint64) {
	conn := takeOver(w)
	if conn == nil {
		return
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("HTTP/1.1 200 OK\r\n")); err != nil {
		return
	}
	for n := 0; ; n++ {
		if _, err := fmt.Fprintf(conn, "Flood-%d: %s\r\n", n, strings.Repeat("x", 1<<10)); err != nil {
			return
		}
	}
}

// redirectLoop redirects to another place each time.
func redirectLoop(_ *handler, w http.ResponseWriter, r *http.Request, number uint64) {
	http.Redirect(w, r, fmt.Sprintf("%s?%d", r.URL.Path, number), http.StatusFound)
}

// reset sends some of a response, up to a random byte, and resets the connection.
func reset(h *handler, w http.ResponseWriter, _ *http.Request, number uint64) {
	conn := takeOver(w)
	if conn == nil {
		return
	}
	defer conn.Close()
	const size = 1 << 16
	text := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", size, strings.Repeat("reset ", size/6+1)[:size])
	_, _ = conn.Write([]byte(text[:int(draw(h.config.Seed, faultStream+1, number)*float64(len(text)))]))
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
}

// lyingLength says that the body is longer than it is.
func lyingLength(_ *handler, w http.ResponseWriter, _ *http.Request, _ uint64) {
	w.Header().Set("Content-Length", "1000000")
	_, _ = w.Write([]byte("not a million bytes"))
}
