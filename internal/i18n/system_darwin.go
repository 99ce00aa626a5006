package i18n

import (
	"context"
	"os/exec"
	"strings"
	"time"
)

// System returns the language that the user chose for macOS, or "".
func System() string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "/usr/bin/defaults", "read", "-g", "AppleLocale").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
