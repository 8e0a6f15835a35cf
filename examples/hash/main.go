// Files are read and hashed: calls that wait for a disk and then use a CPU. With arguments it is a command, which also
// says how many at once are best:
//
//	go run . compare hash --glob '/usr/lib/**/*.so'
//
// Of 400 files that the system had read before, compare says that they are CPU-bound: under sync the calls spent 95 % of
// their time on a CPU.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"example.com/overlap"
	"example.com/overlap/cli"
	"example.com/overlap/process"
)

var hash = overlap.Define("hash", func(ctx context.Context, path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, whileLasts{ctx, file}); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
})

// whileLasts is a reader that ends with a context, so that a cancel or a timeout ends the reading of a large file.
type whileLasts struct {
	context.Context
	io.Reader
}

func (w whileLasts) Read(p []byte) (int, error) {
	if err := w.Err(); err != nil {
		return 0, err
	}
	return w.Reader.Read(p)
}

func main() {
	process.Main() // for compare, which tries worker processes as well
	if len(os.Args) > 1 {
		cli.Main(hash)
		return
	}
	dir, err := os.MkdirTemp("", "hash")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	var paths []string
	for _, name := range []string{"a", "b", "c", "gone"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("text of "+name), 0o600); err != nil {
			panic(err)
		}
		paths = append(paths, path)
	}
	if err := os.Remove(filepath.Join(dir, "gone")); err != nil {
		panic(err)
	}

	results, err := overlap.MapResults(context.Background(), overlap.Pool(4), hash, paths)
	for _, r := range results {
		switch name := filepath.Base(r.Input); {
		case r.Err == nil:
			fmt.Println(name, r.Value[:16])
		case errors.Is(r.Err, fs.ErrNotExist):
			fmt.Println(name, "is not there")
		default:
			fmt.Println(name, r.Err)
		}
	}
	fmt.Println(err)
}
