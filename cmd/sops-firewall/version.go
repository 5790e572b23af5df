package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/syncsign/sops-firewall/wizard"
)

// version is set by the linker for a release: -X main.version=1.2.3.
var version = ""

func versionCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:  "version",
		Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			w, err := a.words()
			if err != nil {
				return err
			}
			return a.print(fmt.Sprintf("sops-firewall %s %s/%s %s\n", versionText(w), runtime.GOOS, runtime.GOARCH, runtime.Version()))
		},
	}
}

func versionText(w *wizard.Words) string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return w.Say("commands.version.development")
	}
	return info.Main.Version
}
