// Package procgroup starts processes in process groups of their own and ends them together with all that they have
// started in those groups: when they end, when somebody kills them, and when this process ends, however it does.
//
//	cmd := exec.CommandContext(ctx, name, args...)
//	cmd.Cancel = func() error { return procgroup.Kill(cmd.Process) }
//	if err := procgroup.Start(cmd); err != nil {
//		return err
//	}
//	err := procgroup.Wait(cmd) // what the command left behind in its group has been killed
//
// Ctrl-C in a terminal does not reach such a process, as it goes to the group in the foreground.
//
// What has left its group (setsid, setpgid, a job of an interactive shell) is beyond this package. On Windows, which has
// no process groups of that kind, the process alone is ended, and nothing ends it when this process is killed.
package procgroup
