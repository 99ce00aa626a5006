package i18n

func enCommands() map[string]CommandText {
	return map[string]CommandText{
		"": {"[FLAGS]", "encrypted, deduplicated backups of your projects",
			"Saves the project in the current folder as an encrypted, incremental snapshot, to a folder of this machine or to S3, and " +
				"brings it back. Without any argument it saves to a repository in your data folder, which is made on first use.",
			[]string{"", "--strategy=s3 --bucket=my-bucket --prefix=project-backups", "--strategy=s3 --bucket=my-bucket --prefix=project-backups --restore",
				"snapshots", "restore --snapshot 2026-11-20 --to /tmp/old"}},
		"backup": {"[FLAGS]", "Save the current folder's project (what happens without a command)",
			"Saves the current folder's project as a new snapshot. Only what changed since its last snapshot is read, and only content that " +
				"the repository lacks is stored. A .backupignore file in any folder leaves out what its patterns match.",
			[]string{"backup", "backup --exclude node_modules --tag before-release", "backup --dry-run --verbose"}},
		"restore": {"[PATH...] [FLAGS]", "Bring a snapshot back, whole or in part",
			"Writes a snapshot, or only the paths named, into the current folder or the one of --to. What is identical is left alone. " +
				"Before anything is replaced the plan is shown, you are asked, and the present state is saved as a snapshot, so that a restore can be undone. " +
				"Nothing is deleted.",
			[]string{"restore", "restore src/main.go --snapshot 2026-11-20", "restore --to /tmp/old --dry-run", "restore 'docs/*.md'"}},
		"snapshots": {"[FLAGS]", "List the snapshots",
			"Lists the snapshots of the current folder's project, the newest last. In another folder, or with --all, lists those of every project.",
			[]string{"snapshots", "snapshots --all --json"}},
		"ls": {"[PATH] [FLAGS]", "List the files of a snapshot",
			"Lists a folder of a snapshot: type and permissions, size, date and name.",
			[]string{"ls", "ls src --snapshot 2026-11-20"}},
		"cat": {"PATH [FLAGS]", "Print a file of a snapshot",
			"Writes a file's content, as it is in a snapshot, to standard output.",
			[]string{"cat src/main.go", "cat notes.txt --snapshot 2026-11-20 > old-notes.txt"}},
		"diff": {"[SNAPSHOT [SNAPSHOT]] [FLAGS]", "Show what changed between two snapshots",
			"Lists what was added (+), removed (-) and changed (M) from the first snapshot to the second. With one, compares it with the " +
				"latest; without any, the last two.",
			[]string{"diff", "diff 0193a1b2", "diff 2026-11-01 2026-11-20"}},
		"find": {"PATTERN... [FLAGS]", "Find files in all snapshots",
			"Looks for names that match a pattern in .gitignore syntax, in every snapshot of the project or only in the one of --snapshot, " +
				"and says in which of them each version is.",
			[]string{"find .env", "find '*.sqlite' --all"}},
		"retain": {"[FLAGS]", "Drop old snapshots, and keep the right ones",
			"Decides for each project and device which snapshots are kept: the last of each hour, day, week and so on, for as many as the flags say. " +
				"The plan is shown and you are asked. What is dropped goes to the trash, from where \"undelete\" brings it back for 30 days.",
			[]string{"retain --dry-run", "retain --keep-daily=30 --keep-hourly=0", "retain --all --yes"}},
		"pin": {"[SNAPSHOT...] [FLAGS]", "Keep a snapshot whatever happens",
			"Pins snapshots, so that \"retain\" never drops them. Without any, lists those that are pinned.", []string{"pin 0193a1b2", "pin 2026-11-20", "pin"}},
		"unpin": {"SNAPSHOT... [FLAGS]", "Let a pinned snapshot be dropped again",
			"Takes the pins of snapshots away; the next \"retain\" decides on them as on any other.", []string{"unpin 0193a1b2"}},
		"drop": {"SNAPSHOT... [FLAGS]", "Drop snapshots that you name",
			"Moves snapshots to the trash, whatever the rules of \"retain\" say of them, but for pinned ones. You are asked. For 30 days \"undelete\" brings them back.",
			[]string{"drop 0193a1b2"}},
		"undelete": {"[SNAPSHOT...] [FLAGS]", "Bring dropped snapshots back",
			"Brings snapshots back from the trash. Without any, lists what is in it, and until when.", []string{"undelete", "undelete 0193a1b2"}},
		"prune": {"[FLAGS]", "Free the space of what no snapshot needs",
			"Deletes stored data that no snapshot needs, in two steps: what is found dead is marked, and deleted by a run after the grace time, so that " +
				"backups that run meanwhile, on any machine, are safe. Packs that are partly dead are copied. The plan is shown before, and you are asked.",
			[]string{"prune --dry-run", "prune --max-unused=10% --yes"}},
		"parity": {"[FLAGS]", "Protect packs against damage on the disk",
			"Writes beside each pack that lacks it some parity (Reed–Solomon), with which a pack that is damaged is read and mended. --set says how much: with 2%, " +
				"a full pack of 16 MiB stands any 5 lost sectors of 4 KiB, mostly 20 scattered ones, or 336 KiB in one run or from its end. It does not help against a pack that is lost " +
				"whole: that takes 100%, or a second repository. New packs then get their parity as they are saved. The plan is shown before, and you are asked.",
			[]string{"parity --set 2%", "parity --dry-run", "parity --check --yes", "parity --set off"}},
		"lock": {"[FLAGS]", "Lengthen the locks of what snapshots need",
			"For a bucket with object lock: finds what your snapshots need, sees until when it is locked, and locks anew for the time of --lock what ends within half of it. " +
				"The plan and its requests are shown before, and you are asked. Run it from a schedule, well within half of that time.",
			[]string{"lock --lock=30d --dry-run", "lock --lock=30d --yes"}},
		"repair": {"[FLAGS]", "Repair a damaged repository",
			"Finds what is damaged or missing, shows what can be done, asks, and does it: packs that no index lists are listed again; what can be read of " +
				"damaged packs is saved; what is lost counts as present no more, so that the next backup of any machine stores it again; what cannot be read is set aside, and never deleted. " +
				"Then every file of every snapshot that is lost is listed. --data=100% looks into all packs first.",
			[]string{"repair --dry-run", "repair --data=100%", "repair --from=/mnt/second --yes"}},
		"verify": {"[FLAGS]", "Prove that the repository is whole",
			"Checks that every snapshot, folder and block is present and has the right size. --data also reads and authenticates stored data, " +
				"a share of it that moves on from run to run so that repeated runs cover everything; --sample restores files on trial and compares them.",
			[]string{"verify", "verify --data=5% --sample 20", "verify --data=100%"}},
		"key": {"COMMAND [FLAGS]", "Show and change what opens the repository",
			"A repository opens with any of its keys: a device's key, the recovery code, a passphrase. Changing keys rewrites no data.", nil},
		"key list": {"[FLAGS]", "List the keys", "Lists the keys that open the repository: kind, name, date, and when and what was last saved with each. Keys that were revoked or removed, and devices of which " +
			"there is no key, are listed after them.", []string{"key list"}},
		"key revoke": {"KEY [FLAGS]", "Revoke a key that is in other hands", "Ends a key, by its name or the first digits of its id, of a device that was lost or stolen. What it has saved until now stays, and can be told apart; nothing that it saves from now on counts, whatever it still knows. " +
			"The last key that can read cannot be revoked.", []string{"key revoke 5b2f09aa"}},
		"key admit": {"DEVICE [FLAGS]", "Let snapshots of a device without a key count", "For a device whose key was lost in the repository itself. What it has saved until now counts again.", []string{"key admit 5b2f09aa"}},
		"key add": {"passphrase|recovery|device [FILE] [FLAGS]", "Add a key",
			"Adds a passphrase, another recovery code, or a device's key, which is written to FILE for another machine or a CI job. \"key device add FILE\" is the same as \"key add device FILE\".",
			[]string{"key add passphrase", "key add recovery", "key add device ci.key --label ci --write-only"}},
		"key device":     {"add FILE [FLAGS]", "Add a device's key", "\"key device add FILE\" is the same as \"key add device FILE\".", nil},
		"key device add": {"FILE [FLAGS]", "Add a device's key", "The same as \"key add device FILE\": a device's key is written to FILE, for another machine or a CI job.", []string{"key device add ci.key --label ci --write-only"}},
		"key remove":     {"KEY [FLAGS]", "Remove a key", "Removes a key, by its name or the first digits of its id, that you do not need any more and nobody else has: otherwise revoke it. The last one that can read cannot be removed.", []string{"key remove 5b2f09aa"}},
		"key recovery":   {"[FLAGS]", "Show the recovery kit again", "Shows the recovery code and what is needed to use it, after asking who you are.", []string{"key recovery"}},
		"key passphrase": {"[FLAGS]", "Change the passphrase", "Changes the passphrase, or sets the first one. No stored data is rewritten.", []string{"key passphrase"}},
		"stats": {"[FLAGS]", "Show how much is stored",
			"Shows how many snapshots, projects and packs there are, how much content they hold and how much space that takes.", []string{"stats"}},
		"version": {"[FLAGS]", "Show the version", "Shows the program's version and how it was built.", []string{"version --json"}},
		"completion": {"bash|zsh|fish|powershell", "Write the completion script of a shell",
			"Writes a script that lets your shell complete commands and flags.",
			[]string{"completion bash > ~/.local/share/bash-completion/completions/backup_projeto", "completion zsh > ~/.zfunc/_backup_projeto",
				"completion fish > ~/.config/fish/completions/backup_projeto.fish", "completion powershell >> $PROFILE"}},
		"man": {"[FLAGS]", "Write the manual page", "Writes the manual page, in roff.", []string{"man > backup_projeto.1", "man --lang=pt-BR > backup_projeto.pt_BR.1"}},
	}
}
