package cli

import (
	"fmt"
	"strings"

	"example.com/overlap"
)

// autoText is what auto has found out, in the words of the command; "" where no call waited for another, as then there was
// nothing to find out.
func autoText(found *overlap.AutoReport) string {
	if found == nil || found.Class == overlap.TooFewCalls && found.InFlight == 0 {
		return ""
	}
	return strings.NewReplacer(
		fmt.Sprintf("StartWith(%d)", found.Peak), fmt.Sprintf("--start-with %d", found.Peak),
		"workers that make several at once", "workers that make several at once (in Python: serve(parallel=20))",
		"its limit per key", "its limit per host", // no other task has keys
	).Replace(found.String())
}
