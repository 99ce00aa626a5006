// Command backup_projeto saves projects as encrypted, incremental snapshots, to a folder or to S3, and brings them back.
package main

import (
	"os"

	"backup_projeto/internal/cli"
)

func main() {
	os.Exit(cli.Main(cli.System()))
}
