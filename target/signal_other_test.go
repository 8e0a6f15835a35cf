//go:build !unix

package target

import "os/exec"

func ownGroup(*exec.Cmd) {} // only signals need it
