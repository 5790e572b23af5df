//go:build !windows

package main

// systemLocale is empty: these systems tell the language by the environment.
func systemLocale() string { return "" }
