package outfile

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Leftover is a file beside the place of another, whose writer was killed before it was complete.
type Leftover struct {
	Path string
	Info os.FileInfo
}

var partNumber = regexp.MustCompile(`^[0-9a-f]{8}$`)

// Leftovers are those of earlier files of the same name that nobody writes any more, and how many are being written by
// others now.
func (f *File) Leftovers() (left []Leftover, others int) {
	if f.path == "" {
		return nil, 0
	}
	dir, prefix := filepath.Dir(f.path), partPrefix(f.path)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, 0 // a directory may be one that can be written and not read
	}
	for _, entry := range entries {
		number, ok := strings.CutPrefix(strings.TrimSuffix(entry.Name(), partSuffix), prefix)
		path := filepath.Join(dir, entry.Name())
		if !ok || !strings.HasSuffix(entry.Name(), partSuffix) || !partNumber.MatchString(number) || path == f.file.Name() {
			continue
		}
		info, err := entry.Info()
		switch {
		case err != nil || !info.Mode().IsRegular():
		case isAlive(path):
			others++
		default:
			left = append(left, Leftover{Path: path, Info: info})
		}
	}
	return left, others
}
