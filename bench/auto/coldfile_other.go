//go:build !linux

package main

import (
	"context"
	"errors"
)

func coldFile() (func(context.Context, int) error, func(), error) {
	return nil, nil, errors.ErrUnsupported
}
