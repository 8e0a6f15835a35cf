package source_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"example.com/overlap/source"
)

func ExampleGlob() {
	dir, _ := os.MkdirTemp("", "overlap-example")
	defer os.RemoveAll(dir)
	for _, name := range []string{"a.png", "holiday/b.png", "holiday/c.jpg", "holiday/text.md"} {
		_ = os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700)
		_ = os.WriteFile(filepath.Join(dir, name), nil, 0o600)
	}
	pictures, err := source.Glob(filepath.ToSlash(dir) + "/**/*.{png,jpg}")
	if err != nil {
		fmt.Println(err)
		return
	}
	for picture, err := range pictures.Items {
		name, _ := filepath.Rel(dir, picture.Text)
		fmt.Println(filepath.ToSlash(name), err)
	}
	// Output:
	// a.png <nil>
	// holiday/b.png <nil>
	// holiday/c.jpg <nil>
}

// Each size with each colour, and for each colour its own price.
func ExampleCombine() {
	ctx := context.Background()
	open := func(text string) *source.Source {
		s, _ := source.Open(ctx, source.Lines, strings.NewReader(text), "-") // a file, or a pipe, works the same
		return s
	}
	all, err := source.Combine(source.List{Source: open("S\nM\n")},
		source.List{Source: open("red\nblue\n")}, source.List{Source: open("10\n12\n"), Linked: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	for item := range all.Items {
		fmt.Println(item.Value.(source.Row).Fields)
	}
	// Output:
	// [S red 10]
	// [S blue 12]
	// [M red 10]
	// [M blue 12]
}
