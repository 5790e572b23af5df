//go:build race

package check

// raced tells that the race detector is on: its own memory does not always
// survive a crowd of goroutines in one bubble of simulated time.
const raced = true
