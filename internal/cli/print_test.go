package cli

import "testing"

// TestFoldKeepsCommandsWhole breaks lines between words, but not within what a person is to type: a part of it would be another command.
func TestFoldKeepsCommandsWhole(t *testing.T) {
	line := "  hint: Did you mean --dry-run? The command's flags: backup_projeto restore --help"
	want := "  hint: Did you mean --dry-run? The\n    command's flags:\n    backup_projeto restore --help"
	if got := fold(line, "    ", 40); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	line = "Repair it: backup_projeto repair --from=../x. Then back up again, on each machine."
	want = "Repair it:\nbackup_projeto repair --from=../x. Then\nback up again, on each machine."
	if got := fold(line, "", 40); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
