//go:build !nocluster

package cli

import (
	"net"
	"net/http"
	"time"

	"example.com/overlap/cluster"
)

const metricsHelp = "give figures for Prometheus at http://`ADDRESS`/metrics, such as :9422; others who reach it can read them"

// serveMetrics serves figures at an address until stop is called. Without one, there are none and nothing is to be stopped.
func (p *program) serveMetrics(address string) (option []cluster.Option, stop func(), err error) {
	if address == "" {
		return nil, func() {}, nil
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, nil, usageErrorf("--metrics: give an address that is free, such as :9422: %w", err)
	}
	var m cluster.Metrics
	handler := http.NewServeMux()
	handler.Handle("GET /metrics", &m)
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(listener) }()
	p.messages.sayf("figures for Prometheus are at http://%s/metrics", listener.Addr())
	return []cluster.Option{cluster.Measure(&m)}, func() { _ = server.Close() }, nil
}
