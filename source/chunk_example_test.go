package source_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"

	"example.com/overlap"
	"example.com/overlap/source"
)

func ExampleCut_Chunks() {
	log := filepath.Join(os.TempDir(), "overlap-example.log")
	defer os.Remove(log)
	_ = os.WriteFile(log, []byte("GET /\nGET /a\nPOST /a\nGET /b\n"), 0o600)

	count := overlap.Func(func(_ context.Context, chunk source.Chunk) (int, error) {
		var text bytes.Buffer
		_, err := chunk.WriteTo(&text)
		return bytes.Count(text.Bytes(), []byte("GET")), err
	})
	chunks := source.Cut{Size: 10}.Chunks(log)
	total := 0
	for r := range overlap.StreamErr(context.Background(), overlap.Pool(2), count, chunks) {
		if r.Err != nil {
			fmt.Println(r.Err)
			break
		}
		total += r.Value
	}
	fmt.Println(total)
	// Output: 3
}
