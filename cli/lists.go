package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

// list is one of the lists of inputs behind the arguments, as GNU parallel has them: ::: A B or :::: FILE.
type list struct {
	words  []string
	files  bool // words are names of files
	linked bool // to the list before it
}

// String is the word that begins the list.
func (l list) String() string {
	word := ":::"
	if l.files {
		word = "::::"
	}
	if l.linked {
		word += "+"
	}
	return word
}

// splitLists takes the lists from the end of the arguments. Nothing in them is a flag.
func splitLists(args []string) (before []string, lists []list) {
	before = args
	for i, word := range args {
		kind, linked := strings.CutSuffix(word, "+")
		switch {
		case kind == ":::" || kind == "::::":
			if lists == nil {
				before = args[:i:i]
			}
			lists = append(lists, list{files: kind == "::::", linked: linked})
		case lists != nil:
			last := &lists[len(lists)-1]
			last.words = append(last.words, word)
		}
	}
	return before, lists
}

// refuseLists refuses lists for a command that takes no inputs.
func (p *program) refuseLists(cmd *cobra.Command) error {
	if len(p.lists) == 0 || cmd.Flags().Lookup("from") != nil {
		return nil
	}
	return usageErrorf("%s takes no inputs, so nothing can stand behind %s", cmd.CommandPath(), p.lists[0])
}
