package cli

import (
	"context"
	"runtime"
	"runtime/debug"
)

// version is set by the release build with -ldflags; otherwise the module's own version is told.
var version = ""

// Version returns the program's version.
func Version() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}

// jsonVersion is the object of version.
type jsonVersion struct {
	Type     string `json:"type"`
	Version  string `json:"version"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func runVersion(_ context.Context, a *app, _ []string) error {
	platform := runtime.GOOS + "/" + runtime.GOARCH
	if a.printer.json {
		a.object(jsonVersion{"version", Version(), runtime.Version(), platform})
		return nil
	}
	a.out(f(a.text.Browse.VersionLine, Version(), runtime.Version(), platform) + "\n")
	return nil
}
