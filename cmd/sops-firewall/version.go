package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set by the linker for a release: -X main.version=1.2.3.
var version = ""

func versionCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Prints the version",
		Example: "  sops-firewall version",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			return a.print(fmt.Sprintf("sops-firewall %s %s/%s %s\n", versionText(), runtime.GOOS, runtime.GOARCH, runtime.Version()))
		},
	}
}

func versionText() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "development build"
	}
	return info.Main.Version
}
