//go:build !nocluster

package cli

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/overlap"
	"example.com/overlap/cluster"
)

func (p *program) engineKeysCommand() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "Give workers keys of their own, which can be revoked",
		Long: p.named(`Give workers keys of their own, on the machine of the engine.

The line that overlap engine prints is one key for all. A key of a worker's own can be taken back without the others
having to join anew, and can be for some tasks alone. An engine that runs knows at once of a key that is added, and
of one that is revoked within a second or two; who is there by that is let go.`),
		Args: p.noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.PersistentFlags().StringVar(&file, "keys", "",
		"of the engine that keeps its keys in this `file` (default in the user's folder for configurations)")
	of := func() string { return cmp.Or(file, keysFile()) }

	var listen string
	var tasks []string
	add := &cobra.Command{
		Use:   "add NAME",
		Short: "Make a key, and print the line by which its worker joins",
		Example: p.named(`  overlap engine keys add rack7 --listen :7422
  overlap engine keys add rack8 --listen :7422 --task fetch --task primes`),
		Args: oneName,
		RunE: func(_ *cobra.Command, args []string) error { return p.addKey(of(), listen, args[0], tasks) },
	}
	add.Flags().StringVar(&listen, "listen", engineAddress, "the `address` at which the engine listens, as it is given it")
	add.Flags().StringArrayVar(&tasks, "task", nil,
		"have the key be for calls of this `task` of this program's alone; may be repeated (default all tasks)")
	list := &cobra.Command{
		Use:   "list",
		Short: "List the keys that have been added",
		Args:  p.noArguments,
		RunE:  func(*cobra.Command, []string) error { return p.listKeys(of()) },
	}
	revoke := &cobra.Command{
		Use:   "revoke NAME",
		Short: "Take a key back",
		Args:  oneName,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := cluster.RevokeWorkerKey(of(), args[0]); err != nil {
				return usageErrorf("%w", err)
			}
			return nil
		},
	}
	cmd.AddCommand(add, list, revoke)
	return cmd
}

// oneName wants the name of a key.
func oneName(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usageErrorf("%s takes the name of a key, such as rack7, and got %d arguments", cmd.CommandPath(), len(args))
	}
	return nil
}

func (p *program) addKey(file, listen, name string, of []string) error {
	var tasks []overlap.AnyTask
	for _, name := range of {
		task, err := p.task(name)
		if err != nil {
			return err
		}
		tasks = append(tasks, task)
	}
	_, noFile := os.Stat(file)
	join, err := cluster.AddWorkerKey(file, listen, name, tasks...)
	if err != nil {
		return usageErrorf("%w", err)
	}
	if noFile != nil {
		p.messages.sayf("there was no file %s, so it has keys of its own now: the engine is started with --keys %s", file, file)
	}
	_, err = fmt.Fprintf(p.stdout, "%s worker --join '%s'\n", p.name, join)
	return err
}

func (p *program) listKeys(file string) error {
	keys, err := cluster.WorkerKeys(file)
	if err != nil {
		return usageErrorf("%w", err)
	}
	if len(keys) == 0 {
		p.messages.say("no key has been added: workers come by the one that the engine prints")
		return nil
	}
	rows := [][]string{{"key", "added", "tasks"}}
	for _, key := range keys {
		slices.Sort(key.Tasks)
		rows = append(rows, []string{key.Name, key.Added.Local().Format(time.DateTime),
			cmp.Or(strings.Join(key.Tasks, " "), "all")})
	}
	return p.table(rows)
}
