// Package markdown writes tables that read well in a terminal and on a page.
package markdown

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Table writes a Markdown table with columns padded to one width. Every row must have as many cells as header; Table
// panics when one has not. A bar in a cell is escaped. The error is the writer's.
func Table(to io.Writer, header []string, rows [][]string) error {
	lines := append([][]string{header}, rows...)
	widths := make([]int, len(header))
	for i, line := range lines {
		if len(line) != len(header) {
			panic(fmt.Sprintf("markdown: Table: row %d has %d cells under %d headings", i, len(line), len(header)))
		}
		for column, cell := range line {
			widths[column] = max(widths[column], utf8.RuneCountInString(escape(cell)))
		}
	}
	var b strings.Builder
	for i, line := range lines {
		for column, cell := range line {
			cell = escape(cell)
			fmt.Fprintf(&b, "| %s%s ", cell, strings.Repeat(" ", widths[column]-utf8.RuneCountInString(cell)))
		}
		b.WriteString("|\n")
		if i == 0 {
			for _, width := range widths {
				fmt.Fprintf(&b, "| %s ", strings.Repeat("-", width))
			}
			b.WriteString("|\n")
		}
	}
	_, err := io.WriteString(to, b.String())
	return err
}

func escape(cell string) string { return strings.ReplaceAll(cell, "|", `\|`) }
