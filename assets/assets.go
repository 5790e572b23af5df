// Package assets holds the data shipped with the program: the manual's tables,
// the router guides and the words shown to the user. It has no logic; every
// loader is given FS.
package assets

import "embed"

// FS holds rules/*.yaml, routers/<brand>/<generation>.tmpl, text/<lang>.yaml and
// makers/makers.txt and gateways/marks.yaml.
//
//go:embed all:rules all:routers all:text all:makers all:gateways
var FS embed.FS
