package check

import "time"

// Limits are all budgets and bounds of the checks, in one place.
type Limits struct {
	Patience float64 // multiplies every duration; 0 means 1

	DNS time.Duration
}

// DefaultLimits are those of measured networks.
func DefaultLimits() Limits { return Limits{Patience: 1, DNS: 2 * time.Second} }
