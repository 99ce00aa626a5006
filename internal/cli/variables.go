package cli

import (
	"slices"
	"strings"

	"backup_projeto/internal/config"
)

// variables lists every environment variable that is the program's own.
func variables() []string {
	out := []string{variablePrefix + "KEYRING"}
	for i := range config.Settings {
		for _, name := range config.Settings[i].Names() {
			out = append(out, config.Variable(name))
		}
	}
	for _, names := range []source{passphraseSource, codeSource, deviceSource, newSource} {
		for _, name := range names {
			for _, suffix := range slices.Concat(valueSuffixes, fileSuffixes, commandSuffixes) {
				out = append(out, variablePrefix+name+suffix)
			}
		}
	}
	return out
}

// warnVariables tells of variables that look like the program's own and are not: a passphrase under a name that is mistyped would
// silently not be used.
func (a *app) warnVariables() {
	known := variables()
	for _, entry := range a.proc.Environ {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, variablePrefix) || slices.Contains(known, name) {
			continue
		}
		if near := config.Near(name, known); near != "" {
			a.warn(f(a.text.General.NearVariable, name, near))
		} else {
			a.warn(f(a.text.General.UnknownVariable, name))
		}
	}
}
