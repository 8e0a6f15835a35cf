package source_test

import (
	"context"
	"fmt"
	"strings"

	"example.com/overlap/source"
)

func ExampleShuffle() {
	letters, err := source.Open(context.Background(), source.Lines, strings.NewReader("a\nb\nc\nd\ne\n"), "-")
	if err != nil {
		fmt.Println(err)
		return
	}
	for item, err := range source.Shuffle(letters, 42, "").Items {
		fmt.Println(item, err)
	}
	// Unordered output:
	// a <nil>
	// b <nil>
	// c <nil>
	// d <nil>
	// e <nil>
}
