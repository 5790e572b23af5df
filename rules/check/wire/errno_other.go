//go:build !linux && !windows

package wire

// common leaves errors as they are: these systems use the usual numbers.
func common(err error) error { return err }
