package check

import (
	"maps"
	"slices"
)

// kinds are all kinds of check, one line each.
var kinds = map[string]func() Probe{
	"tcp": func() Probe { return tcpProbe{} },
}

// ValidKind tells whether kind is one that Runner knows.
func ValidKind(kind string) bool { return kinds[kind] != nil }

// KindNames are all kinds, sorted.
func KindNames() []string { return slices.Sorted(maps.Keys(kinds)) }
