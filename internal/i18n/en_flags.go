package i18n

func enFlags() map[string]FlagText {
	return map[string]FlagText{
		"strategy":      {"NAME", "kind of place: local (a folder) or s3", "local, or s3 when a bucket is named"},
		"bucket":        {"NAME", "S3 bucket that holds the repository", ""},
		"prefix":        {"PATH", "folder within the bucket", "the bucket's root"},
		"repository":    {"URL", "the whole place in one: s3://bucket/prefix, or a folder", "a repository in your data folder"},
		"region":        {"NAME", "region of the bucket", "found by itself"},
		"endpoint":      {"URL", "address of an S3-compatible service; also AWS_ENDPOINT_URL", "Amazon's"},
		"aws-profile":   {"NAME", "profile in ~/.aws/config to take credentials from", "AWS's own rules"},
		"storage-class": {"CLASS", "storage class of what is uploaded, such as STANDARD_IA", "the bucket's"},
		"sse":           {"KIND", "encryption by S3 itself, on top of ours: none, AES256, aws:kms or aws:kms:dsse", "the bucket's"},
		"sse-kms-key":   {"KEY", "KMS key for --sse=aws:kms", "the account's"},
		"lock":          {"TIME", "S3 object lock: nobody can delete what is stored now for so long, such as 30d; from 1d to 10y", "the bucket's"},
		"lock-mode":     {"MODE", "with --lock: governance (those with a special right can undo it) or compliance (nobody can)", ""},
		"as-of":         {"MOMENT", "the repository as it was at a date, or some time ago such as 2h or 3d; needs a bucket that keeps versions", "now"},

		"project": {"NAME", "the project: its name for a backup, which one for the rest", "the current folder's"},
		"all":     {"", "snapshots of every project, not only this one", ""},

		"restore":   {"", "restore instead of saving", ""},
		"snapshot":  {"WHICH", "the snapshot: latest, the first digits of its id, or a date such as yesterday", ""},
		"to":        {"FOLDER", "folder to write into", "the current folder"},
		"overwrite": {"", "replace what differs without asking; the present state is saved first", ""},

		"exclude":         {"PATTERN", "leave out what matches, in .gitignore syntax; may be repeated", ""},
		"include":         {"PATTERN", "take what matches, whatever excludes it; in a restore, only what matches; may be repeated", "everything"},
		"one-file-system": {"", "stay on the project's own disk", ""},
		"max-size":        {"SIZE", "leave out files larger than this, such as 500MB", "no limit"},
		"compression":     {"LEVEL", "auto, fast, default, max or none; auto compresses as hard as costs no time", ""},
		"tag":             {"WORD", "mark the snapshot with a word; may be repeated", ""},

		"retain": {"WHEN", "after a backup, drop the older snapshots of this project and device that \"retain\" would drop, whose --keep flags work here then: auto or off", ""},

		"parity": {"SHARE", "of a new repository: how much of each pack can be lost and mended, such as 2%; see the parity command", "none"},

		"keep-last":    {"N", "keep the last N snapshots of each project and device; 0 switches a rule off", ""},
		"keep-hourly":  {"N", "keep the last one of each hour, for the last N hours that have one", ""},
		"keep-daily":   {"N", "keep the last one of each day, likewise", ""},
		"keep-weekly":  {"N", "keep the last one of each week", ""},
		"keep-monthly": {"N", "keep the last one of each month", ""},
		"keep-yearly":  {"N", "keep the last one of each year", ""},
		"keep-within":  {"TIME", "keep all that are at most so much older than the newest: 30d, 8w, 6m, 1y", ""},
		"keep-tag":     {"WORD", "keep all that were marked with that --tag; may be repeated", ""},
		"keep-safety":  {"TIME", "how long to keep what restores saved before they replaced it", ""},

		"max-unused":  {"SHARE", "dead data that may stay in packs that are partly used, such as 5% or 500MB", ""},
		"max-rewrite": {"SIZE", "copy at most so much in one run", "no limit"},
		"prices":      {"LIST", "what the place bills, where it is not known or differs, as \"storage=0.02 write=0.005 read=0.0004 transfer=0.09 currency=USD\" (a GB and month, 1,000 requests, 1,000 requests, a GB)", "those known of the place"},
		"grace":       {"TIME", "how long what is marked stays before it is deleted, such as 12h or 2d", ""},

		"from": {"REPOSITORY", "look for what is missing in this second repository too: a folder, or s3://bucket/prefix", ""},

		"data":   {"SHARE", "read and check that much of the stored data: 100%, 5% or 2GB", "structure only"},
		"sample": {"N", "restore N random files on trial and compare them", ""},

		"set":   {"SHARE", "how much of each pack can be lost and mended from now on, such as 2%, or off", "as it is"},
		"check": {"", "read every pack and its parity, mend what is damaged, and write wrong parity anew", ""},

		"label":      {"TEXT", "name of the new key, for people", "this machine's name"},
		"write-only": {"", "the new key can save, but read nothing back", ""},

		"dry-run":  {"", "show what would be done, and change nothing in project or repository", ""},
		"parallel": {"N", "how many files to work on at once, up to 256", "by the number of processors"},

		"json":    {"", "print one JSON object a line", ""},
		"quiet":   {"", "print errors only, and what a question is about", ""},
		"verbose": {"", "print more: requests, excluded files, technical details", ""},
		"yes":     {"", "agree to every question", ""},
		"lang":    {"LANGUAGE", "language: en or pt-BR", "the system's"},

		"version": {"", "show the version", ""},
	}
}
