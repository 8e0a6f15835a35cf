//go:build !unix

package process

const filePage = 3

func (d *lines) spawn(*settings) (*child, error) { return nil, supported() }
