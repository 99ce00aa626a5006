package config

import (
	"path/filepath"
	"strings"
)

// program names the program's own folder within each of the system's.
const program = "backup_projeto"

// Dirs are the program's own folders.
type Dirs struct {
	Config string // device keys: small, precious, private
	Data   string // the embedded default repository
	Cache  string // what can be made again
}

// Repository returns the folder of the embedded default repository.
func (d Dirs) Repository() string { return filepath.Join(d.Data, "repository") }

// FindDirs returns the folders for a system: XDG's on Linux and other Unixes, Application Support and Caches on macOS, AppData on
// Windows. home is the user's home folder. Relative XDG paths are passed over, as the specification asks.
func FindDirs(goos, home string, getenv func(string) string) Dirs {
	pick := func(variable string, standard ...string) string {
		if v := getenv(variable); v != "" && (filepath.IsAbs(v) || goos == "windows") {
			return filepath.Join(v, program)
		}
		return filepath.Join(append(append([]string{home}, standard...), program)...)
	}
	switch goos {
	case "darwin", "ios":
		support := filepath.Join(home, "Library", "Application Support", program)
		return Dirs{support, support, filepath.Join(home, "Library", "Caches", program)}
	case "windows":
		local := pick("LocalAppData", "AppData", "Local")
		return Dirs{pick("AppData", "AppData", "Roaming"), local, filepath.Join(local, "cache")}
	}
	return Dirs{pick("XDG_CONFIG_HOME", ".config"), pick("XDG_DATA_HOME", ".local", "share"), pick("XDG_CACHE_HOME", ".cache")}
}

// expandHome replaces a leading "~/": a shell does not in --flag=~/x.
func expandHome(path, home string) string {
	if rest, ok := strings.CutPrefix(path, "~"); ok && home != "" && (rest == "" || rest[0] == '/' || rest[0] == filepath.Separator) {
		return filepath.Join(home, rest)
	}
	return path
}
