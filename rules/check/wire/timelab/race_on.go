//go:build race

package timelab

// raced tells that the race detector is on.
const raced = true
