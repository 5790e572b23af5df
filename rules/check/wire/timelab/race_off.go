//go:build !race

package timelab

const raced = false
