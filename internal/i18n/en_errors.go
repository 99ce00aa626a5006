package i18n

import (
	"maps"

	"backup_projeto/internal/core"
)

func enErrors() map[core.Code]ErrorText {
	all := enUsageErrors()
	maps.Copy(all, enKeyErrors())
	maps.Copy(all, enStoreErrors())
	maps.Copy(all, enS3Errors())
	maps.Copy(all, enWorkErrors())
	maps.Copy(all, enVerifyErrors())
	maps.Copy(all, enRestoreErrors())
	maps.Copy(all, enRetainErrors())
	maps.Copy(all, enPruneErrors())
	maps.Copy(all, enParityErrors())
	maps.Copy(all, enRepairErrors())
	return all
}

func enUsageErrors() map[core.Code]ErrorText {
	const help = "See the help: backup_projeto --help"
	return map[core.Code]ErrorText{
		"usage":            {"this cannot be used", help},
		"unknown-flag":     {"there is no flag {value}", "[[Did you mean {near}? ]]The command's flags: backup_projeto{subject} --help"},
		"flag-sim":         {"--sim could mean to simulate or to say yes (sim), so it is no flag", "Write[[ {near} to only see what would be done, or]] {other} (-y) to do it without questions."},
		"flag-elsewhere":   {"{value} is not a flag of this command; it is one of {list}", "Take it away. The command's flags: backup_projeto{subject} --help"},
		"unknown-letter":   {"there is no flag -{value}", "[[Did you mean {near}? ]]The command's flags: backup_projeto{subject} --help"},
		"flag-value":       {"{value} needs a value", "Write it as {value}={other}"},
		"flag-syntax":      {"{value} is not how a flag is written", "Write --name or --name=value; -- alone ends the flags."},
		"unknown-command":  {"there is no command \"{value}\"", "[[Did you mean {near}? ]]The commands: backup_projeto{subject} --help"},
		"missing-command":  {"which command about keys is missing", "The commands: backup_projeto{subject} --help"},
		"extra-argument":   {"\"{value}\" is one argument too many", "How it is used: backup_projeto{subject} {other}"},
		"missing-argument": {"an argument is missing", "How it is used: backup_projeto{subject} {other}"},
		"twins-differ":     {"{subject} and {other} are the same setting with different values", "Keep one of the two."},
		"flags-conflict":   {"{subject} and {other} do not go together", "Take one of them away."},
		"flag-needs":       {"{subject} only makes sense with {other}", "Add {other}, or take {subject} away."},
		"only-s3":          {"{subject} only makes sense on S3", "Add --strategy=s3, or take {subject} away."},
		"unknown-strategy": {"{subject}: there is no strategy \"{value}\"", "[[Did you mean {near}? ]]The strategies are {list}."},
		"unknown-address": {"{subject}: \"{value}\" is not an address that this program knows",
			"[[Did you mean {near}? ]]Write s3://bucket/prefix, or a folder such as /mnt/backup."},
		"missing-bucket": {"the s3 strategy needs a bucket", "Add --bucket=NAME, or set BACKUP_PROJETO_BUCKET."},
		"bad-bucket": {"{subject}: S3 does not accept \"{value}\" as a bucket's name",
			"A name has 3 to 63 lower-case letters, digits, dots and hyphens, begins and ends with a letter or digit, and is no IP address."},
		"bad-prefix":   {"{subject}: \"{value}\" cannot be a folder in a bucket", "Write it as folder/subfolder, without \"..\", empty parts or backslashes."},
		"bad-endpoint": {"{subject}: \"{value}\" is not a service's address", "Write it as https://host or http://host:port, without user, password or query."},
		"cold-class": {"{subject}: what is in {value} cannot be read without waiting hours",
			"A backup must read its own index; use one of {list}."},
		"unknown-class": {"{subject}: S3 has no storage class \"{value}\"", "[[Did you mean {near}? ]]The classes are {list}."},
		"unknown-lang":  {"{subject}: this program does not speak \"{value}\"", "It speaks {list}."},
		"value-choice":  {"{subject}: \"{value}\" is not one of the choices", "[[Did you mean {near}? ]]The choices are {list}."},
		"value-bool":    {"{subject}: \"{value}\" is neither yes nor no", "Write true or false, or the flag alone."},
		"value-size":    {"{subject}: \"{value}\" is not a size", "Write it as 500MB, 1.5GB or 2GiB; a bare number counts bytes."},
		"value-share":   {"{subject}: \"{value}\" is neither a share nor a size", "Write it as 100%, 5% or 2GB."},
		"value-parity":  {"{subject}: \"{value}\" is not a share of a pack", "Write it as 2%, up to 100%, or off."},
		"value-prices":  {"{subject}: \"{value}\" is not a price list", "Write it like \"storage=0.0405 write=0.007 read=0.00056 transfer=0.15 currency=USD\": a GB and month, 1,000 requests, 1,000 requests, a GB."},
		"value-age":     {"{subject}: \"{value}\" is not a length of time", "Write it like 12h, 30d, 8w, 6m (months), 1y or 1y6m."},
		"lock-range":    {"{subject}: \"{value}\" is no length of time from 1 day to 10 years", "Write it like 30d, 6m or 1y. A lock cannot be taken back, so longer ones are refused."},
		"bad-moment":    {"{subject}: \"{value}\" is no moment", "Write a date such as yesterday, 2026-11-20 or \"2026-11-20 18:30\", or how long ago: 2h, 3d."},
		"policy-empty":  {"these settings would keep no snapshot at all", "Set at least one of the --keep flags to more than 0."},
		"value-range":   {"{subject}: \"{value}\" is not a number between {list}", "Write a whole number between {list}."},
		"value-empty":   {"{subject} is empty", "Give it a value, or take it away."},
		"value-text":    {"{subject}: \"{value}\" has characters that cannot be used here", "Use letters, digits and ordinary punctuation, on one line."},
		"bad-pattern": {"the pattern \"{subject}\" can never match anything",
			"Write it as in a .gitignore, from the project's folder: without ./ or .. in it, no empty name, every [ closed."},
		"bad-snapshot": {"{subject}: \"{value}\" does not choose a snapshot",
			"Write latest, at least 4 digits of an id, or a date such as yesterday, 2026-11-20 or 2026-11-20T18:30. To see them: backup_projeto{place} snapshots"},
	}
}

func enKeyErrors() map[core.Code]ErrorText {
	const ways = "Set BACKUP_PROJETO_PASSPHRASE or BACKUP_PROJETO_RECOVERY_CODE (or their _FILE), or run it on a terminal."
	return map[core.Code]ErrorText{
		"no-home":            {"this user has no home folder, so there is no place for keys and caches", "Set HOME, or all of XDG_CONFIG_HOME, XDG_DATA_HOME and XDG_CACHE_HOME, to full paths."},
		"no-repository":      {"there is no repository at {subject}", "Check the place's flags, or make one with a first backup: backup_projeto{place}"},
		"config-missing":     {"data of a repository is here, but its configuration is missing", "Make it anew, with any key of the repository: backup_projeto repair{place}. A new repository is not made over an old one; for one elsewhere, change the place."},
		"keys-alone":         {"only keys of a repository are here: its configuration is missing, and all that it held", "Its making was cut off, or the rest was deleted. With any of its keys, make the configuration anew: backup_projeto repair{place}. A new repository is not made beside an old one's keys; where nobody has one of them, change the place or empty it."},
		"config-damaged":     {"the repository is damaged: its configuration is not what was written", "Make it anew, with any key of the repository: backup_projeto repair{place}"},
		"slot-damaged":       {"[[{subject}: ]]this key of the repository is damaged, and opens nothing", "Put it right: backup_projeto repair{place}. Where this machine has no copy of it, open it with another one for that: set BACKUP_PROJETO_RECOVERY_CODE or BACKUP_PROJETO_PASSPHRASE, or run it on a terminal."},
		"newer-format":       {"the repository was made by a newer version of the program", "Install the newest backup_projeto."},
		"wrong-key":          {"[[{subject}: ]]this opens no key of the repository", "Check the place, then the passphrase or the recovery code; they belong to one repository each."},
		"no-slot":            {"[[{subject}: ]]the repository has no key of that kind, or it was removed", "Open it with another one: set BACKUP_PROJETO_RECOVERY_CODE or BACKUP_PROJETO_PASSPHRASE, or type it when asked."},
		"key-ended":          {"[[{subject}: ]]the key of this machine is not in the repository any more: it was removed, or revoked", "Ask who keeps the repository for a new one: backup_projeto key add device FILE{place}. Or open it with another one: set BACKUP_PROJETO_RECOVERY_CODE or BACKUP_PROJETO_PASSPHRASE, or type it when asked."},
		"key-lost":           {"[[{subject}: ]]the key of this machine is not in the repository, though nobody removed or revoked it", "Check the place. If it is right, a machine that still opens it may put the key back: backup_projeto repair{place}. Or open it with another one: set BACKUP_PROJETO_RECOVERY_CODE or BACKUP_PROJETO_PASSPHRASE, or type it when asked."},
		"write-only":         {"the key of this machine can only save, and reads nothing back", "Open it with another one: set BACKUP_PROJETO_RECOVERY_CODE or BACKUP_PROJETO_PASSPHRASE, or run it on a terminal."},
		"revoked":            {"the key of this machine was revoked; nothing that it saves counts any more", "Give this machine a new key, on one that can read: backup_projeto key add device FILE{place}. Or open it with another one: set BACKUP_PROJETO_RECOVERY_CODE or BACKUP_PROJETO_PASSPHRASE."},
		"signer-pretended":   {"[[{subject}: ]]it was signed in the name of a device that did not sign it, and counts for nothing", "Somebody has the repository's writer secret: find out whose device that is, and revoke its key: backup_projeto key revoke KEY{place}"},
		"signer-revoked":     {"[[{subject}: ]]it was signed by a device after its key was revoked, and counts for nothing", "Take away what that device may do in the store. If it was still yours, give it a new key: backup_projeto key add device FILE{place}"},
		"signer-unknown":     {"[[{subject}: ]]it was signed by a device of which the repository has no key, and is not read", "If that device is yours, and its key was lost, let what is there count: backup_projeto key admit DEVICE{place}. The devices are in: backup_projeto key list{place}"},
		"key-missing":        {"the repository has no key of a device[[ ({value})]]; what it saved is there and not lost, but is not read before it is admitted", "If that device is yours, let what it saved count again: backup_projeto key admit {value}{place}"},
		"no-signer":          {"no device without a key has an id that begins with \"{subject}\"", "To see the devices: backup_projeto key list{place}"},
		"last-key":           {"key {subject} is the last one that can read the backups", "Add another one first: backup_projeto key add recovery{place}"},
		"new-secret-needed":  {"a new passphrase is needed", "Set BACKUP_PROJETO_NEW_PASSPHRASE (or its _FILE or _COMMAND), or run it on a terminal."},
		"secret-needed":      {"opening this repository needs a passphrase or its recovery code", ways},
		"secret-empty":       {"{subject} gives an empty secret", "Put the secret in it, or take the variable away."},
		"secret-file":        {"the secret's file named in {subject} cannot be read: {detail}", "Check the path and that you may read it."},
		"secret-command":     {"the command in {subject} failed: {detail}", "Run it by itself and see what it says."},
		"secret-mismatch":    {"the two passphrases differ", "Run it again and type the same one twice."},
		"secret-short":       {"the passphrase is too short", "Use at least 8 characters; four random words are easy to keep in mind."},
		"recovery-code":      {"this is not a recovery code: mistyped, or incomplete", "It begins with BP- and has nine groups of four; capitals, spaces and hyphens do not matter."},
		"no-terminal":        {"this needs an answer, and there is no terminal to ask on[[: {subject}]]", "Agree beforehand with --yes, or run it on a terminal."},
		"not-authenticated":  {"the recovery kit is only shown to someone who knows the passphrase or the code itself, or says yes on a terminal", ways},
		"key-not-found":      {"no key has the name \"{subject}\", nor an id that begins so", "List them: backup_projeto key list{place}"},
		"key-ambiguous":      {"\"{subject}\" is the name of several keys, or what their ids begin with: {list}", "Type more of the id. List them: backup_projeto key list{place}"},
		"device-file-exists": {"{subject} already exists", "Choose another file; a key is never overwritten."},
	}
}

func enStoreErrors() map[core.Code]ErrorText {
	return map[core.Code]ErrorText{
		"store-not-found": {"an object that should be there is missing[[: {subject}]]", "See what suffers from it: backup_projeto verify{place}"},
		"store-exists":    {"another device created this at the same moment[[: {subject}]]", "Run the same command again."},
		"store-too-large": {"[[{subject}: ]]an object is larger than anything this program writes", "Check that the place really is a repository of backup_projeto."},
		"store-full":      {"the repository's place is full", "Make room there, or raise its quota, and run the same command again; what arrived is not sent twice."},
		"store-denied":    {"there is no permission for this[[: {subject}]]", "Mend the permissions of the folder; for a bucket, ask for what the policy in doc/s3.md allows."},
		"store-auth":      {"the place does not accept the credentials", "Check the access key and its secret, or choose a profile with --aws-profile."},
		"store-no-place":  {"the place does not exist[[: {subject}]]", "Check the name; a first backup offers to create it: backup_projeto{place}"},
		"store-network":   {"the place could not be reached[[: {detail}]]", "Check the connection and the address, then run the same command again."},
		"store-throttled": {"the service asks to slow down, and kept asking", "Wait some minutes, or use a smaller --parallel, and run the same command again."},
		"store-corrupt":   {"[[{subject}: ]]what arrived is not what was sent", "Run it again; if it stays, suspect the disk, the memory or the network between."},
		"store-medium": {"[[{subject}: ]]the disk cannot read it; the disk, or its cable, is failing",
			"Mend what can be mended, then move to another disk: backup_projeto repair{place} --data=100%"},
		"store-other":    {"[[{subject}: ]]the place failed: {detail}", "Run the same command again; if it stays, run it with --verbose."},
		"store-bad-name": {"\"{subject}\" cannot be an object's name", "This is a mistake of the program itself: please report it."},
		"store-unusable": {"{subject} cannot hold a repository: it is no folder, or cannot be written to", "Choose another folder with --repository, or mend its permissions."},
	}
}

func enWorkErrors() map[core.Code]ErrorText {
	return map[core.Code]ErrorText{
		"inside-repository":       {"{subject} is in the repository itself, or in this program's own folder", "Go to the project's folder; to restore, choose another one with --to."},
		"restore-would-overwrite": {"files here differ from the snapshot, and nothing was written", "Agree with --overwrite; the present state is saved first. Or choose an empty folder with --to."},
		"declined":                {"you said no; nothing was changed", "Run it again to answer otherwise, or agree beforehand with --yes."},
		"no-snapshot":             {"no snapshot fits[[ \"{subject}\"]]", "See what there is: backup_projeto snapshots --all{place}"},
		"ambiguous-snapshot":      {"several snapshots' ids begin with \"{subject}\": {list}", "Type more digits. See them: backup_projeto snapshots --all{place}"},
		"no-snapshots":            {"the repository has no snapshots yet", "Make the first one in a project's folder: backup_projeto{place}"},
		"choose-project":          {"this folder is no project of the repository, and it has several: {list}", "Say which: --project NAME"},
		"no-project":              {"the repository has no project \"{value}\"", "[[Did you mean {near}? ]]It has {list}."},
		"no-path":                 {"the snapshot has no \"{subject}\"[[ ({value})]]", "See what it has: backup_projeto ls{place}"},
		"not-a-file":              {"\"{subject}\" is not a file in the snapshot", "Only a file's content can be printed. See what there is: backup_projeto ls{place}"},
		"one-snapshot":            {"the project has only one snapshot, and nothing to compare it with", "Make another one first: backup_projeto{place}"},
		"ambiguous-project":       {"several projects are called \"{value}\"", "Say which by the first digits of its id, with --project: {list}."},
		"restored-partial":        {"what was restored is not everything: the snapshot is partial, and lacks what is listed above", "Look for an older snapshot that has it: backup_projeto find NAME{place}"},
		"restore-incomplete":      {"not everything was restored; what failed is listed above", "Mend the cause and run the same command again; what is right already is left alone."},
		"safety-partial":          {"nothing was replaced, because the present state cannot be saved first: {subject} cannot be read", "Mend its permissions, or restore into another folder with --to."},
		"device-file":             {"the key's file {subject} cannot be written[[: {detail}]]", "Check that the folder exists, and that you may write to it."},
		"device-key":              {"what {subject} gives is not a device's key", "Make one on a machine that opens the repository: backup_projeto key add device FILE{place}"},
		"no-code":                 {"the repository has no recovery code", "Add one: backup_projeto key add recovery{place}"},
		"ignore-file-cut":         {"{subject} has more patterns than this program uses; the last ones exclude nothing", "Shorten it: whole folders instead of single files."},
		"project-not-remembered":  {"this machine cannot note which project the folder is: {detail}", "Give the user's configuration folder write permission; until then, a folder that moves may become a new project."},
		"project-folder":          {"the project's folder cannot be used[[: {detail}]]", "Go to a folder that exists and that you may read."},
		"index-cache":             {"the folder for the local index cannot be used[[: {subject}]][[: {detail}]]", "Make room on that disk, or mend the folder's permissions. Deleting it loses nothing but time."},
		"output":                  {"the result cannot be written[[: {detail}]]", "Check where standard output goes to."},
		"newer-damaged":           {"snapshot {subject} is damaged, so an older one was used", "If {subject} is of this project, what it had newer is missing. Make a new one from a machine that still has the files, and see what else suffers: backup_projeto verify{place}"},
		"damage-snapshots":        {"snapshots are damaged and cannot be read; they are listed above", "Repair it, best on each machine that has used them, which may have a copy: backup_projeto repair{place}. A new backup does not bring an old snapshot back."},
		"damage-found":            {"the repository is damaged; what suffers is listed above", "Repair it: backup_projeto repair{place} --data=100%. Then run a backup on each machine that still has the files: it stores again what is lost."},
	}
}

func enRestoreErrors() map[core.Code]ErrorText {
	return map[core.Code]ErrorText{
		"restore-damaged":    {"stored data is damaged or missing, and what needs it was not restored", "Everything else was restored. Look for an older snapshot that still has it: backup_projeto find NAME{place}"},
		"restore-not-made":   {"it could not be written: {detail}", "Mend the cause and run the same command again; what is right already is left alone."},
		"restore-name-taken": {"something else has this name by now, or this disk does not tell the two names apart", "Nothing was replaced. Restore it alone into another folder with --to."},
		"restore-kept":       {"the repository itself is here, so nothing was written or replaced", "Restore it into another folder with --to."},
		"restore-blocked":    {"what is there cannot be looked at: {detail}", "Mend its permissions, or restore into another folder with --to."},
		"restore-metadata":   {"it was restored, but not all of its owner, permissions, dates and attributes[[: {detail}]]", "Run it as a user who may set that, or on a disk that has it."},
		"restore-special":    {"this system or user cannot make such a special file", "It has no content, so nothing is lost. Run it as the superuser if you need it."},
		"restore-left":       {"what was replaced could not be removed entirely: {detail}", "The rest is under this name; look at it, and remove it by hand."},
		"restore-link":       {"a hard link could not be made, so it is a file of its own", "Nothing is lost; it only takes more room."},
		"restore-too-deep":   {"folders are nested deeper here than this program restores", "Restore this folder alone, by its path, into another folder with --to."},
		"snapshot-overfull":  {"[[{subject}: ]]this snapshot has far more entries than it says: whoever made it meant to do harm, or it is damaged", "Use another snapshot: backup_projeto snapshots{place}"},
		"restore-read-back":  {"what was read back after writing is not what was written", "Suspect the disk or the memory; the older file, if there was one, was left in place."},
	}
}

func enVerifyErrors() map[core.Code]ErrorText {
	const again = "Repair it: backup_projeto repair{place} --data=100%. Then run a backup on each machine that still has the files: it stores again what is lost."
	return map[core.Code]ErrorText{
		"object-damaged":   {"[[{subject}: ]]its bytes are not what was written", again},
		"pack-size":        {"[[{subject}: ]]it is not as long as it was", again},
		"pack-hash":        {"[[{subject}: ]]its bytes are not what was written", again},
		"pack-footer":      {"[[{subject}: ]]its list of contents cannot be read", again},
		"pack-index":       {"[[{subject}: ]]its list of contents is not what the index says", again},
		"pack-blocks":      {"[[{subject}: ]]blocks in it cannot be read", again},
		"blocks-missing":   {"snapshots need blocks that no index lists: a part of the index was deleted", again},
		"folder-damaged":   {"[[{subject}: ]]it holds a folder's list that cannot be understood", again},
		"file-length":      {"[[{subject}: ]]it holds a folder's list with a file whose blocks are not as long as the file", again},
		"slot-missing":     {"[[{subject}: ]]this key of the repository is missing, and nobody has removed it", "Put it back, on a machine that knows it: backup_projeto repair{place}"},
		"slot-uncertified": {"[[{subject}: ]]it is no key of this repository, or is damaged", "List the keys, and replace what is missing: backup_projeto key list{place}"},
		"sample-differs":   {"[[{subject}: ]]a restored file is not what its snapshot says", "Run it again; if it stays, suspect the disk or the memory of this machine."},
		"sample-space":     {"files could not be restored on trial into {subject}[[: {detail}]]", "Make room there, or set TMPDIR to a folder with more, and run it again."},
		"live-differs": {"the live file differs from its backup, though its size and date are the same",
			"It was changed without a trace, or a disk or the memory made a mistake: compare it with the backup's (backup_projeto cat{place})."},
		"verify-nothing": {"there are packs of data and no snapshot at all: nothing can be restored", "If no backup has ended yet, that is as it should be. If one has, find out who may delete there; if the bucket keeps versions, look at it as it was: backup_projeto snapshots{place} --as-of=1d"},
		"proof-file":     {"which packs were read cannot be remembered[[: {detail}]]", "Mend the folder's permissions or make room; else the next run reads the same again."},
		"index-cache":    {"the local copy of the index cannot be kept[[: {subject}]][[: {detail}]]", "Check the disk that holds this folder; it may be deleted, and is made again."},
	}
}
