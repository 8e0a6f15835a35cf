package cli

import (
	"errors"
	"os"
	"os/exec"
)

func canDetach() error {
	return usageErrorf("--detach is not there on Windows: leave it out, and start the command as a scheduled task, or by " +
		"Start-Process in PowerShell")
}

func startDetached(*exec.Cmd, string) (hear, tell *os.File, err error) {
	return nil, nil, errors.ErrUnsupported
}

func inheritedPipes() (tell, hear *os.File) { return nil, nil }

func redirectStderr(*os.File) error { return errors.ErrUnsupported }
