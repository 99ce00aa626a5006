package cli

import "os"

func asUser() {
	os.Args = os.Args[1:]
	os.Exit(Main(logged(System())))
}
