//go:build unix && !linux

package checkpoint

import "errors"

func exchange(_, _ string) error { return errors.ErrUnsupported }
