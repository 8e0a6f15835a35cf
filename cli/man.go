package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
	"github.com/spf13/pflag"
)

// manCommand prints the manual page of a command, or writes those of all commands into a folder.
func (p *program) manCommand() *cobra.Command {
	var folder string
	cmd := &cobra.Command{
		Use:   "man [COMMAND…]",
		Short: "Print the manual page of a command, or write all of them into a folder",
		Long: p.named(`Print the manual page of a command, overlap itself unless another is named. With --dir the pages of all
commands are written into a folder, a file each, where man finds them if it is named man1 and stands in a MANPATH.`),
		Example: p.named(`  overlap man exec | man -l -
  overlap man --dir ~/.local/share/man/man1`),
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			if folder == "" {
				of, rest, err := root.Find(args)
				if err != nil || len(rest) > 0 || of.Hidden {
					return usageErrorf("there is no command %q: %s --help lists them", strings.Join(args, " "), p.name)
				}
				page, err := manualPage(of)
				if err == nil {
					_, err = p.stdout.Write(page)
				}
				return err
			}
			if len(args) > 0 {
				return usageErrorf("--dir writes the pages of all commands: leave out %s", strings.Join(args, " "))
			}
			if err := os.MkdirAll(folder, 0o777); err != nil {
				return fmt.Errorf("cannot make the folder of the manual pages: %w", err)
			}
			return writeManual(root, folder)
		},
	}
	cmd.Flags().StringVar(&folder, "dir", "", "write the pages of all commands into this `folder`")
	return cmd
}

// writeManual writes the pages of a command and of those below it.
func writeManual(cmd *cobra.Command, folder string) error {
	page, err := manualPage(cmd)
	if err != nil {
		return err
	}
	name := filepath.Join(folder, strings.ReplaceAll(cmd.CommandPath(), " ", "-")+".1")
	if err := os.WriteFile(name, page, 0o666); err != nil {
		return fmt.Errorf("cannot write the manual page: %w", err)
	}
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			if err := writeManual(sub, folder); err != nil {
				return err
			}
		}
	}
	return nil
}

// manualPage is the manual page of a command. cobra takes its texts for Markdown, which they are not: their lines stay
// as they are, and what Markdown would read in them is escaped.
func manualPage(cmd *cobra.Command) ([]byte, error) {
	cmd.InitDefaultHelpCmd()
	cmd.InitDefaultHelpFlag()
	cmd.DisableAutoGenTag = true // it would hold the day on which it was made
	if cmd.Long != "" {
		cmd.Long = "```\n" + cmd.Long + "\n```"
	}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		value, usage := pflag.UnquoteUsage(f)
		if value != "" {
			usage = "(" + value + ") " + usage
		}
		f.Usage = markdown.Replace(usage)
	})
	var page bytes.Buffer
	err := doc.GenMan(cmd, &doc.GenManHeader{Source: cmd.Root().Name()}, &page)
	return page.Bytes(), err
}

// markdown escapes what has a meaning there.
var markdown = strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "<", `\<`, "[", `\[`, "#", `\#`)
