//go:build !unix

package process

const filePage = 3

func (d *lines) spawn(*settings, string) (*child, error) { return nil, supported() }
