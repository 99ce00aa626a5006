//go:build !unix

package durable

// cannotSync is for systems that flush folders.
func cannotSync(error) bool { return false }
