package cli

// onSuspend does nothing where there is no Ctrl-Z.
func onSuspend(_, _ func()) (stop func()) { return func() {} }
