package browser

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"example.com/overlap/compare"
	"example.com/overlap/report"
)

// chromium is where the browser is. Without one the tests are skipped, unless OVERLAP_CHROMIUM=required.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("OVERLAP_CHROMIUM") == "required" {
		t.Fatal("there is no Chromium")
	}
	t.Skip("there is no Chromium; OVERLAP_CHROMIUM=required makes that a failure")
	return ""
}

// The tests share one browser, which TestMain ends.
var (
	started      sync.Once
	theBrowser   context.Context
	notStarted   error
	closeBrowser = func() {}
)

func browser(t *testing.T) context.Context {
	t.Helper()
	path := chromium(t)
	started.Do(func() {
		ctx, cancel := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
			chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
			chromedp.Flag("disable-background-networking", true), chromedp.Flag("force-color-profile", "srgb"),
			chromedp.WSURLReadTimeout(2*time.Minute), // a busy machine
		)...)
		var cancelFirst func()
		theBrowser, cancelFirst = chromedp.NewContext(ctx)
		closeBrowser = func() {
			cancelFirst()
			cancel()
		}
		notStarted = chromedp.Do(theBrowser)
	})
	if notStarted != nil {
		t.Fatal(notStarted)
	}
	return theBrowser
}

func TestMain(m *testing.M) {
	status := m.Run()
	closeBrowser()
	os.Exit(status)
}

// tab is a page, and what the browser has complained of.
type tab struct {
	*testing.T
	ctx  context.Context
	site string // the address that the page may ask for more; "" for none

	mu         sync.Mutex
	complaints []string
	requests   []string
}

// open shows reports in a colour scheme, light or dark, and waits until their pictures are drawn.
func open(t *testing.T, width, height int64, scheme string, reports ...*compare.Report) *tab {
	t.Helper()
	path := filepath.Join(t.TempDir(), "page.html")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := report.WriteHTML(file, reports...); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	b := newTab(t, width, height, scheme)
	b.do(chromedp.Navigate((&url.URL{Scheme: "file", Path: path}).String()),
		chromedp.WaitReady(chromedp.CSS(`html[data-drawn="yes"]`)), frames)
	return b
}

// newTab is a page with nothing in it, in a colour scheme, light or dark.
func newTab(t *testing.T, width, height int64, scheme string) *tab {
	t.Helper()
	ctx, cancelTab := chromedp.NewContext(browser(t))
	t.Cleanup(cancelTab)
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	b := &tab{T: t, ctx: ctx}
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	call(b, log.Enable, cdp.Empty{})
	call(b, network.Enable, network.EnableParams{})
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	b.do(chromedp.EmulateViewport(width, height))
	return b
}

// frames waits until what was asked to be drawn is.
var frames = chromedp.Evaluate[chromedp.Void](
	`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))`, chromedp.EvalAwaitPromise)

func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, fmt.Sprint(e.ExceptionDetails))
	case *runtime.EventConsoleAPICalled:
		b.complaints = append(b.complaints, fmt.Sprintf("console: %v", e.Args))
	case *log.EventEntryAdded:
		b.complaints = append(b.complaints, e.Entry.Text)
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.Fatal(err)
	}
}

// run is what an action gives.
func run[T any](b *tab, action chromedp.Action[T]) T {
	b.Helper()
	value, err := chromedp.Run(b.ctx, action)
	if err != nil {
		b.Fatal(err)
	}
	return value
}

// call makes the browser do something, by its protocol.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.Helper()
	value, err := chromedp.Call(b.ctx, command, params)
	if err != nil {
		b.Fatal(err)
	}
	return value
}

// eval is what a piece of JavaScript gives.
func eval[T any](b *tab, script string) T {
	b.Helper()
	return run(b, chromedp.Evaluate[T](script))
}

// isQuiet sees to it that the browser has nothing to complain of, such as what the page's policy forbids.
func (b *tab) isQuiet() {
	b.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, complaint := range b.complaints {
		b.Errorf("the browser says: %s", complaint)
	}
	for _, request := range b.requests {
		isPage := strings.HasPrefix(request, "file://") && strings.HasSuffix(request, "/page.html")
		if !isPage && (b.site == "" || request != b.site && request != b.site+"events") && request != "data:," {
			b.Errorf("the page asks for %s", request)
		}
	}
}

// until waits until a condition of the page holds.
func (b *tab) until(condition string) {
	b.Helper()
	b.do(chromedp.Evaluate[chromedp.Void](`new Promise((done) => {
		const look = () => ((`+condition+`) ? done() : setTimeout(look, 20));
		look();
	})`, chromedp.EvalAwaitPromise))
}

// forgive forgets complaints that hold a text.
func (b *tab) forgive(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.complaints = slices.DeleteFunc(b.complaints, func(c string) bool { return strings.Contains(c, text) })
}

// picture keeps a picture of the whole page in the directory that OVERLAP_SCREENSHOTS names, to be looked at.
func (b *tab) picture(name string) {
	b.Helper()
	if os.Getenv("OVERLAP_SCREENSHOTS") == "" {
		return
	}
	b.do(frames)
	keep(b.T, name+".png", run(b, chromedp.FullScreenshot(100)))
}

// pictures keeps pictures of a page that is served, wide and narrow, light and dark, if any are wanted. drawn is a condition.
func pictures(t *testing.T, url, name, drawn string) {
	t.Helper()
	if os.Getenv("OVERLAP_SCREENSHOTS") == "" {
		return
	}
	for _, width := range []int64{1280, 400} {
		for _, scheme := range []string{"light", "dark"} {
			b := newTab(t, width, 900, scheme)
			b.do(chromedp.Navigate(url))
			b.until(drawn)
			b.picture(fmt.Sprintf("%s-%d-%s", name, width, scheme))
		}
	}
}

// keep writes a file for people to look at.
func keep(t *testing.T, name string, content []byte) {
	t.Helper()
	dir := os.Getenv("OVERLAP_SCREENSHOTS")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name), content, 0o666); err != nil {
		t.Fatal(err)
	}
}
