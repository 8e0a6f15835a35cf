// Command portable checks that the tree compiles for other operating systems, tests included, and prints what does not:
//
//	go run ./internal/portable darwin windows
//
// It checks the types of everything from its source, which is what a compiler may object to. Compiling for another
// system means to compile the standard library for it as well, which takes ten times as long where nothing is cached.
package main

import (
	"fmt"
	"os"

	"golang.org/x/tools/go/packages"
)

func main() {
	failed := false
	for _, system := range os.Args[1:] {
		loaded, err := packages.Load(&packages.Config{
			Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
				packages.NeedDeps | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo,
			Tests: true,
			Env:   append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0"),
		}, "./...")
		if err != nil {
			fmt.Fprintf(os.Stderr, "portable: %s: %v\n", system, err)
			os.Exit(1)
		}
		if packages.PrintErrors(loaded) > 0 {
			fmt.Fprintf(os.Stderr, "portable: the tree does not compile for %s\n", system)
			failed = true
		}
	}
	if failed {
		os.Exit(1)
	}
}
