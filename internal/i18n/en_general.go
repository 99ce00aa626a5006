package i18n

import "backup_projeto/internal/core"

func enGeneral() General {
	return General{
		Error: "error", Hint: "hint", Warning: "warning",
		None: "none", Yes: "yes", No: "no",
		MoreLines: Plural{"… and %s more", "… and %s more"},
		Others:    "others",
		YesNo:     "[y/N]", YesLetters: "yY",
		Declined:       "Nothing was changed.",
		Progress:       Progress{Files: Plural{"%s file", "%s files"}, Left: "%s left", Of: "%[1]s of %[2]s"},
		SecretReadable: "other users of this machine can read %s; close it with: %s",
		Technical:      "detail",
		NoPermission:   "permission denied", NotThere: "it does not exist", DiskFull: "the disk is full", ReadOnly: "it cannot be written to",
		Refused: "nothing answers at that address", Unreachable: "no way leads there", NoHost: "there is no such host", TimedOut: "it did not answer in time",
		NotFolder: "it is not a folder", IsFolder: "it is a folder",
		UnknownVariable: "there is no variable %s; it is passed over", NearVariable: "there is no variable %[1]s; it is passed over. Did you mean %[2]s?",
	}
}

func enHelp() Help {
	return Help{
		Usage: "Usage", Commands: "Commands", Aliases: "Other names", Examples: "Examples", ExitCodes: "Exit codes",
		Variables:  "Environment variables",
		GroupWhere: "Where the repository is", GroupSave: "What is saved, and how", GroupRestore: "Restoring",
		GroupVerify: "Checking", GroupKeys: "New keys", GroupShow: "Which project", GroupOutput: "Output and language", GroupRetain: "What is kept", GroupPrune: "What is freed", GroupRepair: "Repairing", GroupParity: "Parity",
		HelpFlag:    "show this help",
		HelpCommand: CommandText{Args: "[COMMAND]", Short: "Show the help of a command", Long: "Shows the help of a command, or of the program.", Examples: []string{"help restore"}},
		Default:     "default: %s", NoDefault: "none", EverySnapshot: "every snapshot", Twin: "Portuguese: %s", TwinCommand: "in Portuguese: %s",
		More: "%s shows a command's own help.",
		VariablesText: "Every flag has a variable: BACKUP_PROJETO_ and its name in capitals, in either language (--aws-profile is " +
			"BACKUP_PROJETO_AWS_PROFILE or BACKUP_PROJETO_PERFIL_AWS). A flag wins over its variable. Lists are separated by commas or, " +
			"where there are line breaks, written one item a line.",
		SecretsText: "The passphrase comes from BACKUP_PROJETO_PASSPHRASE, or from the file named in BACKUP_PROJETO_PASSPHRASE_FILE, or " +
			"from the output of the command in BACKUP_PROJETO_PASSPHRASE_COMMAND; the recovery code from BACKUP_PROJETO_RECOVERY_CODE or " +
			"BACKUP_PROJETO_RECOVERY_CODE_FILE (or _COMMAND); a device's key file is named in BACKUP_PROJETO_DEVICE_KEY_FILE. A new passphrase " +
			"for the key command comes from BACKUP_PROJETO_NEW_PASSPHRASE (or _FILE, _COMMAND). Without any of them the program asks on the " +
			"terminal. BACKUP_PROJETO_KEYRING=off leaves the system's keyring alone.",
		CommandArg: "COMMAND", FlagsArg: "[FLAGS]",
		Manual: "User commands", Name: "NAME", Synopsis: "SYNOPSIS", Description: "DESCRIPTION", Files: "FILES",
	}
}

func enKinds() map[core.Kind]KindText {
	return map[core.Kind]KindText{
		core.Success: {"success", ErrorText{"Done.", "There is nothing to do."}},
		core.Failure: {"failure of another kind", ErrorText{"[[{subject}: ]]something went wrong: {detail}",
			"Run it again with --verbose; if it stays, report it with what is printed."}},
		core.Usage: {"a command or flag that cannot be used", ErrorText{"[[{subject}: ]]this cannot be used: {detail}",
			"See the help: backup_projeto --help"}},
		core.Partial: {"partial: saved, but some files could not be read; or restored, but the snapshot lacks some", ErrorText{"the snapshot was saved, but some files could not be read",
			"Mend what is listed above and run the backup again; only what was missed is read."}},
		core.NoRepository: {"no repository at that place", ErrorText{"there is no repository at {subject}",
			"Check the place's flags, or create one with a first backup: backup_projeto{place}"}},
		core.WrongKey: {"no key here opens the repository", ErrorText{"no key here opens this repository[[ ({detail})]]",
			"Type the recovery code or the passphrase when asked, or set BACKUP_PROJETO_RECOVERY_CODE or BACKUP_PROJETO_PASSPHRASE."}},
		core.Damage: {"damage found in the repository", ErrorText{"[[{subject}: ]]the repository is damaged",
			"See what suffers from it: backup_projeto verify{place} --data=100%"}},
		core.Source: {"the project's folder, or the folder restored into, failed", ErrorText{"[[{subject}: ]]this machine could not read or write it: {detail}",
			"Check that the folder exists, that you may read and write it, and that its disk has space."}},
		core.Destination: {"the place where the repository is failed", ErrorText{"[[{subject}: ]]the repository's place failed: {detail}",
			"Check the connection and the credentials, then run the same command again; what arrived is not sent twice."}},
		core.Interrupted: {"interrupted (Ctrl-C or SIGTERM)", ErrorText{"interrupted; nothing that was stored before is lost",
			"Run the same command again: what was already stored is not stored twice."}},
	}
}
