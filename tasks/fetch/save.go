package fetch

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
)

// saving is a body on its way into a file. A nil one takes everything and does nothing.
type saving struct {
	in        *os.Root
	dir       string // that is in, as the request says it
	name      string // in it, with slashes, but for the extension
	extension string
	temporary string
	file      *os.File
}

// roots are the directories that bodies are saved in, opened once.
var roots struct {
	sync.Mutex
	open map[string]*os.Root
}

func rootOf(dir string) (*os.Root, error) {
	roots.Lock()
	defer roots.Unlock()
	if root := roots.open[dir]; root != nil {
		return root, nil
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	if roots.open == nil {
		roots.open = map[string]*os.Root{}
	}
	roots.open[dir] = root
	return root, nil
}

// save readies the file for the body of a response to r, if r wants that.
func (r Request) save(contentType string) (*saving, error) {
	if r.Settings == nil || r.Settings.Save == "" {
		return nil, nil
	}
	root, err := rootOf(r.Settings.Save)
	if err != nil {
		return nil, err
	}
	s := &saving{in: root, dir: r.Settings.Save}
	s.name, s.extension = r.fileName(contentType)
	folder, base := path.Split(s.name)
	// What a killed run has left has another name, also where each run has the same process number, as in a container.
	s.temporary = fmt.Sprintf("%s.%s.%s.part", folder, base, rand.Text())
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if s.file, err = root.OpenFile(s.temporary, flags, 0o666); os.IsNotExist(err) {
		if err = root.MkdirAll(strings.TrimSuffix(folder, "/"), 0o777); err == nil {
			s.file, err = root.OpenFile(s.temporary, flags, 0o666)
		}
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (s *saving) write(part []byte) error {
	if s == nil || len(part) == 0 {
		return nil
	}
	_, err := s.file.Write(part)
	return err
}

// commit puts the file in its place, with all of it on the disk, and returns its path. sum is the body's.
//
// A file that a result names is never replaced by one with another body: calls with equal inputs, or a call that is made
// again, may get different answers. Then the later ones have the hash of the body in their names as well.
func (s *saving) commit(sum string) (string, error) {
	if s == nil {
		return "", nil
	}
	err := s.file.Sync()
	if closing := s.file.Close(); err == nil {
		err = closing
	}
	s.file = nil
	if err != nil {
		_ = s.in.Remove(s.temporary)
		return "", err
	}
	name := s.name + s.extension
	if s.in.Link(s.temporary, name) == nil || s.holds(name, sum) {
		_ = s.in.Remove(s.temporary)
	} else { // also where there are no links: what has this name has this body
		name = s.name + "-" + sum[:16] + s.extension
		if err = s.in.Rename(s.temporary, name); err != nil {
			_ = s.in.Remove(s.temporary)
			return "", err
		}
	}
	return filepath.Join(s.dir, filepath.FromSlash(name)), nil
}

// holds reports whether a file has the body with a hash.
func (s *saving) holds(name, want string) bool {
	info, err := s.in.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	file, err := s.in.Open(name)
	if err != nil {
		return false
	}
	defer file.Close()
	sum := sha256.New()
	_, err = io.Copy(sum, file)
	return err == nil && hex.EncodeToString(sum.Sum(nil)) == want
}

// discard is for a body that did not come whole. After commit it does nothing.
func (s *saving) discard() {
	if s != nil && s.file != nil {
		_ = s.file.Close()
		_ = s.in.Remove(s.temporary)
	}
}

// fileName is where the body of a response to r is saved: HOST/LAST_PART_OF_PATH-HASH and .EXTENSION, with nothing in it
// that any file system takes amiss. The hash is of all of the request but the directory, so that requests that differ in
// anything have files of their own, and a request that is made again has the same.
func (r Request) fileName(contentType string) (name, extension string) {
	last := ""
	if u, err := parseURL(r.URL); err == nil {
		last = lastPart(u)
	}
	host := cmp.Or(fileSafe(r.HostKey()), "host")
	settings := r.Settings.json()
	settings.Save = ""
	what, _ := json.Marshal(requestJSON{r.URL, r.method(), r.Header, r.Body, r.KeepBody, settings}) // never fails
	sum := sha256.Sum256(what)
	extension = path.Ext(last)
	if len(extension) < 2 || len(extension) > 6 || fileSafe(extension[1:]) != extension[1:] {
		extension = extensionOf(contentType)
	} else {
		last = strings.TrimSuffix(last, extension)
	}
	return host + "/" + cmp.Or(fileSafe(last), "index") + "-" + hex.EncodeToString(sum[:8]), extension
}

func lastPart(u *url.URL) string {
	if last := path.Base(u.Path); last != "/" && last != "." {
		return last
	}
	return ""
}

// fileSafe keeps letters and digits of ASCII, and dots and dashes within, of what is not too long.
func fileSafe(text string) string {
	const most = 80
	safe := strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_', c == '.':
			return c
		}
		return '_'
	}, text)
	return strings.Trim(safe[:min(len(safe), most)], ".")
}

// extensionOf is the usual extension of a type of content, "" for none. It is the same on all systems.
func extensionOf(contentType string) string {
	kind, _, _ := mime.ParseMediaType(contentType)
	return map[string]string{
		"text/html": ".html", "application/xhtml+xml": ".html", "application/json": ".json", "text/plain": ".txt",
		"text/css": ".css", "text/csv": ".csv", "text/xml": ".xml", "application/xml": ".xml", "text/javascript": ".js",
		"application/javascript": ".js", "image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif",
		"image/webp": ".webp", "image/svg+xml": ".svg", "application/pdf": ".pdf", "application/zip": ".zip",
	}[kind]
}
