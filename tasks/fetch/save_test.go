package fetch_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"example.com/overlap"
	"example.com/overlap/tasks/fetch"
)

// saved are the files in a directory, by their paths in it.
func saved(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			text, _ := os.ReadFile(path)
			name, _ := filepath.Rel(dir, path)
			files[filepath.ToSlash(name)] = string(text)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Each request has a file of its own in the directory, whatever its URL, and the same one again.
func TestSave(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, r.Method+" "+r.URL.RequestURI())
	}))
	defer server.Close()
	outside := t.TempDir()
	dir := filepath.Join(outside, "pages", "of today")
	requests := []fetch.Request{
		{URL: "/"}, {URL: "/a.html"}, {URL: "/a.html?b"}, {URL: "/a.html", Method: "POST"}, {URL: "/x/a.html"}, {URL: "/A.html"},
		{URL: "/../../../etc/passwd"}, {URL: "/..%2f..%2f..%2fetc%2fpasswd"}, {URL: "/%00"}, {URL: "/.hidden"}, {URL: "/con"},
		{URL: "/" + strings.Repeat("long", 100) + ".jpeg"}, {URL: "/a.b/c."}, {URL: "/ünïcode.tar.gz"}, {URL: `/a\\..\\..\\b:c|d`},
	}
	for range 2 {
		for _, r := range requests {
			r.URL, r.Settings = server.URL+r.URL, &fetch.Settings{Save: dir}
			page, err := fetch.Default.Fetch(t.Context(), r)
			if err != nil {
				t.Errorf("%s: %v", r.URL, err)
				continue
			}
			text, err := os.ReadFile(page.Path)
			sum := sha256.Sum256(text)
			if err != nil || int64(len(text)) != page.Size || hex.EncodeToString(sum[:]) != page.SHA256 {
				t.Errorf("%s: %+v has %q: %v", r.URL, page, text, err)
			}
			if name := filepath.Base(page.Path); strings.HasPrefix(name, ".") || len(name) > 130 {
				t.Errorf("%s is saved as %s", r.URL, name)
			}
		}
	}
	if files := saved(t, dir); len(files) != len(requests) || len(saved(t, outside)) != len(files) {
		t.Errorf("%d requests have the files %q", len(requests), saved(t, outside))
	}
}

// Requests that differ in anything that may change the body do not share a file.
func TestSaveTellsRequestsApart(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "the same")
	}))
	defer server.Close()
	dir := t.TempDir()
	for i, s := range []fetch.Settings{
		{}, {UTF8: true}, {MaxRedirects: 3}, {MaxRedirects: -1}, {Proxy: "none"}, {HTTP1: true}, {Insecure: true},
		{Resolve: []string{"example.com:80:127.0.0.1"}},
	} {
		s.Save = dir
		r := fetch.Request{URL: server.URL, Settings: &s}
		if _, err := fetch.Default.Fetch(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		if files := saved(t, dir); len(files) != i+1 {
			t.Errorf("after %+v there are the files %q", s, files)
		}
	}
}

// Equal requests with different answers have files of their own, however many at once: what a result says of its file stays
// true. Those with the same answer share one, also with what a killed run has left.
func TestSaveKeepsEachAnswer(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, asked.Add(1)%8)
	}))
	defer server.Close()
	dir := t.TempDir()
	requests := slices.Repeat([]fetch.Request{{URL: server.URL, Settings: &fetch.Settings{Save: dir}}}, 64)
	pages, err := overlap.Map(t.Context(), overlap.Async(), fetch.Task, requests)
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range pages {
		text, err := os.ReadFile(page.Path)
		if sum := sha256.Sum256(text); err != nil || hex.EncodeToString(sum[:]) != page.SHA256 {
			t.Errorf("%+v has %q: %v", page, text, err)
		}
	}
	if files := saved(t, dir); len(files) != 8 {
		t.Errorf("8 answers have the files %q", files)
	}
}

// What fails or does not come whole leaves no file.
func TestNothingIsSavedOfWhatFails(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/missing":
			http.NotFound(w, r)
		case "/cut":
			w.Header().Set("Content-Length", "100")
			io.WriteString(w, "short")
		case "/large":
			_, _ = w.Write(make([]byte, 3<<20))
		}
	}))
	defer server.Close()
	dir := t.TempDir()
	for path, want := range map[string]fetch.Reason{"/missing": "", "/cut": fetch.Broken, "/large": fetch.TooLarge} {
		settings := &fetch.Settings{Save: dir, MaxBody: 1 << 20}
		_, err := fetch.Default.Fetch(t.Context(), fetch.Request{URL: server.URL + path, Settings: settings})
		if err == nil || reasonOf(err) != want {
			t.Errorf("%s: got %v", path, err)
		}
	}
	if files := saved(t, dir); len(files) > 0 {
		t.Errorf("there are %q", files)
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	settings := &fetch.Settings{Save: filepath.Join(file, "sub")}
	_, err := fetch.Default.Fetch(t.Context(), fetch.Request{URL: server.URL, Settings: settings})
	if reasonOf(err) != fetch.NotSaved {
		t.Errorf("got %v", err)
	}
}

// Text comes as UTF-8, whatever it was written in; the rest as it is.
func TestUTF8(t *testing.T) {
	const latin1 = "caf\xe9"
	for name, c := range map[string]struct{ contentType, body, want string }{
		"header":     {"text/plain; charset=iso-8859-1", latin1, "café"},
		"HTML":       {"text/html", `<meta charset="iso-8859-1">` + latin1, `<meta charset="iso-8859-1">café`},
		"UTF-8":      {"text/plain", "café", "café"},
		"Shift JIS":  {"text/plain; charset=Shift_JIS", "\x93\xfa\x96\x7b", "日本"},
		"byte order": {"text/plain", "\xff\xfeh\x00i\x00", "hi"},
		"UTF-8 mark": {"text/plain; charset=utf-8", "\ufeffhi", "hi"},
		"no text":    {"application/octet-stream", latin1, latin1},
		"empty":      {"text/plain; charset=iso-8859-1", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Type", c.contentType)
				io.WriteString(w, c.body)
			}))
			defer server.Close()
			r := fetch.Request{URL: server.URL, KeepBody: true, Settings: &fetch.Settings{UTF8: true}}
			page, err := fetch.Default.Fetch(t.Context(), r)
			if err != nil || string(page.Body) != c.want {
				t.Errorf("got %q, %v", page.Body, err)
			}
			if page.Size != int64(len(page.Body)) {
				t.Errorf("size %d of %d", page.Size, len(page.Body))
			}
		})
	}
}
