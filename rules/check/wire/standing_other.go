//go:build !linux

package wire

import "io/fs"

// systemFiles are those that tell what listens; here are none.
func systemFiles() fs.FS { return nil }

// Only6 is known on Linux alone.
func Only6() []uint16 { return nil }
