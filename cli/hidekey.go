package cli

import "slices"

// hideKey returns the arguments of a command with a sign in the place of the engine's string, since other users of the machine see
// them for as long as the process runs.
func hideKey(args []string, key string) (hidden []string, sign string) {
	for sign = "$" + clusterVariable; slices.Contains(args, sign) || slices.Contains(args, clusterFlag+sign); {
		sign += "_"
	}
	return replaced(args, key, sign), sign
}

const clusterFlag = "--cluster="

// replaced are arguments in which one string stands wherever another did, as an argument or as the value of --cluster.
func replaced(args []string, old, by string) []string {
	args = slices.Clone(args)
	for i, arg := range args {
		switch arg {
		case old:
			args[i] = by
		case clusterFlag + old:
			args[i] = clusterFlag + by
		}
	}
	return args
}
