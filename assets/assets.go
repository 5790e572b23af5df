// Package assets holds the data shipped with the program: the manual's tables,
// the router guides and the words shown to the user. It has no logic; every
// loader is given FS.
package assets

import "embed"

// FS holds rules/*.yaml, routers/<brand>/<generation>.tmpl and text/<lang>.yaml.
//
//go:embed all:rules all:routers all:text
var FS embed.FS
