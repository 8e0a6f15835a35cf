// Package assets has what the pages of this program have in common: the frame of their script and style, uPlot, and the
// policy under which a browser runs nothing else.
package assets

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"io/fs"
	"strings"
)

//go:embed uPlot.iife.min.js uPlot.min.css uPlot.LICENSE base.css text.js
var common embed.FS

// Text is an embedded file. Its line ends are \n, as browsers hash them. It panics when there is none.
func Text(files fs.FS, name string) string {
	text, err := fs.ReadFile(files, name)
	if err != nil {
		panic(err) // it is part of the program
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// Style is the style of a page: uPlot's, what pages have in common, and files of its own.
func Style(files fs.FS, names ...string) string {
	return Text(common, "uPlot.min.css") + "\n" + Text(common, "base.css") + join(files, names)
}

// Script is the script of a page: uPlot with its licence, what pages have in common, and files of its own, all but
// uPlot in one scope.
func Script(files fs.FS, names ...string) string {
	return "/*\nuPlot\n\n" + Text(common, "uPlot.LICENSE") + "\n*/\n" + Text(common, "uPlot.iife.min.js") +
		"\n(() => {\n'use strict';\n" + Text(common, "text.js") + join(files, names) + "})();\n"
}

func join(files fs.FS, names []string) string {
	var b strings.Builder
	for _, name := range names {
		b.WriteString(Text(files, name))
	}
	return b.String()
}

// Policy is a Content-Security-Policy that allows one script and one style, by their hashes, and nothing else.
func Policy(script, style string) string {
	return "default-src 'none'; script-src " + sourceHash(script) + "; style-src " + sourceHash(style) +
		"; base-uri 'none'; form-action 'none'"
}

func sourceHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
