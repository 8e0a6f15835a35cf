// A crawl: pages link to pages, and each call submits one more for every link that nobody has seen yet.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"sync"

	"example.com/overlap"
	"example.com/overlap/tasks/fetch"
)

// site is what there is to crawl. Pages link back and forth, and one link is dead.
var site = map[string]string{
	"/":       `<a href="/docs">docs</a> <a href="/about">about</a>`,
	"/docs":   `<a href="/">home</a> <a href="/docs/a">a</a> <a href="/docs/b">b</a>`,
	"/about":  `<a href="/">home</a> <a href="/gone">gone</a>`,
	"/docs/a": `<a href="/docs/b">next</a>`,
	"/docs/b": `<a href="/docs/a">back</a>`,
}

var href = regexp.MustCompile(`href="([^"]+)"`)

func main() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if page, ok := site[r.URL.Path]; ok {
			fmt.Fprint(w, page)
		} else {
			http.NotFound(w, r)
		}
	}))
	defer server.Close()

	client := fetch.New(fetch.Options{})
	group := overlap.NewGroup(context.Background(), overlap.Async(), overlap.KeepGoing())
	var (
		mu      sync.Mutex
		futures = map[string]*overlap.Future[int]{} // by path: how many links its page has
		visit   *overlap.Task[string, int]
	)
	submit := func(path string) {
		mu.Lock()
		defer mu.Unlock()
		if futures[path] == nil {
			futures[path] = overlap.Submit(group, visit, path)
		}
	}
	visit = overlap.Func(func(ctx context.Context, path string) (int, error) {
		page, err := client.Fetch(ctx, fetch.Request{URL: server.URL + path, KeepBody: true})
		if err != nil {
			return 0, err
		}
		links := href.FindAllStringSubmatch(string(page.Body), -1)
		for _, link := range links {
			if to, err := url.Parse(link[1]); err == nil {
				submit(to.Path) // does not wait for it
			}
		}
		return len(links), nil
	})

	submit("/")
	err := group.Wait() // for those that calls have submitted, too
	for _, path := range []string{"/", "/about", "/docs", "/docs/a", "/docs/b", "/gone"} {
		links, _ := futures[path].Wait(context.Background()) // has ended
		fmt.Printf("%-8s %v, %d links\n", path, futures[path].Outcome(), links)
	}
	failed, _ := errors.AsType[*overlap.JobError](err)
	fmt.Println(len(failed.Failed), "of", failed.Total, "failed")
}
