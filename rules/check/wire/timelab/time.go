// Package timelab runs tests in simulated time.
package timelab

import (
	"testing"
	"testing/synctest"
)

// Test runs f in a bubble of simulated time, in which nothing may be left behind.
// The race detector crashes there by chance (golang.org/issue/78156): with it the
// test is skipped, so it must be run once more without.
func Test(t *testing.T, f func(*testing.T)) {
	t.Helper()
	if raced {
		t.Skip("simulated time: not with the race detector")
	}
	synctest.Test(t, f)
}
