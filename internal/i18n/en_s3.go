package i18n

import "backup_projeto/internal/core"

func enS3Errors() map[core.Code]ErrorText {
	return map[core.Code]ErrorText{
		"s3-wrong-key": {"S3 does not know the access key", "Check AWS_ACCESS_KEY_ID, or choose a profile with --aws-profile. " +
			"A service other than Amazon's also needs its --endpoint."},
		"s3-wrong-secret": {"the secret does not belong to the access key", "Check AWS_SECRET_ACCESS_KEY, or choose a profile with --aws-profile."},
		"s3-denied": {"the credentials are good, but may not do this[[: {subject}]]",
			"Ask for that permission; the smallest policy is in doc/s3.md."},
		"s3-kms": {"the encryption key cannot be used[[: {subject}]]", "Ask for kms:GenerateDataKey and kms:Decrypt on the key, and check --sse-kms-key."},
		"s3-expired": {"the temporary credentials have expired, or are not whole",
			"Renew them[[, for example with: aws sso login --profile {subject}]], check AWS_SESSION_TOKEN, and run the same command again."},
		"s3-login": {"the session of AWS's single sign-on is over", "Log in again: aws sso login[[ --profile {subject}]]"},
		"s3-no-credentials": {"no AWS credentials were found[[: {detail}]]",
			"Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run aws configure, or choose a profile with --aws-profile."},
		"s3-no-profile": {"AWS's settings have no profile \"{subject}\"", "See those there are: aws configure list-profiles"},
		"s3-settings":   {"AWS's settings cannot be used: {detail}", "Mend ~/.aws/config, ~/.aws/credentials or the AWS_* variable that it names."},
		"s3-wrong-region": {"the bucket is not in the region {subject}, and S3 does not say where",
			"Name its region with --region; to see it: aws s3api get-bucket-location --bucket NAME"},
		"s3-redirected":    {"{subject} sends elsewhere", "Use the address that it sends to as --endpoint, often the same with https."},
		"s3-clock-skew":    {"this machine's clock and the service's differ too much[[: {subject}]]", "Set the clock, best by NTP, and run the same command again."},
		"s3-bucket-taken":  {"the bucket {subject} belongs to someone else", "Names are unique in all of S3: choose another with --bucket."},
		"s3-storage-class": {"the service has no storage class {subject}", "Choose another with --storage-class, or leave it out."},
		"s3-archived": {"[[{subject}: ]]the object is in cold storage and cannot be read now",
			"Restore it there first, and take the rule that moves objects to an archive off the bucket."},
		"s3-account":     {"the service has locked the account", "See the service's console: it may be closed, unpaid or not signed up."},
		"s3-unavailable": {"the service fails, and kept failing", "Wait some minutes and run the same command again; the service's status page may say more."},
		"s3-tls": {"no trusted connection to {subject} came about: {detail}",
			"Check the address and this machine's clock; for a certificate of your own set AWS_CA_BUNDLE to its file."},
		"store-locked": {"[[\"{subject}\" ]]is locked: it cannot be deleted or replaced, and its lock not weakened, before its time",
			"Run the same command again when the lock is over; nothing was lost."},
		"store-no-lock": {"[[{subject}: ]]the bucket cannot lock objects",
			"Object lock is best switched on when a bucket is made: leave --lock out, or let the program make a new bucket with --lock."},
		"store-no-past": {"[[{subject}: ]]this place keeps nothing of what is deleted or replaced, so that it has no past",
			"Leave --as-of out. For the future, switch on the versioning of the bucket."},
		"as-of-unsupported": {"[[{subject}: ]]only a bucket that keeps versions has a past; this place keeps only what it holds now",
			"Leave --as-of out, and choose among the snapshots with --snapshot."},
		"as-of-empty": {"at that moment there was no repository[[ in {subject}]]", "Choose a later moment, or leave --as-of out."},
		"as-of-safety": {"what would be replaced cannot be saved first, since the repository as it is now cannot be used[[: {detail}]]",
			"Restore into an empty folder, with --to."},
		"store-read-only": {"what --as-of shows is a past state, in which nothing can be changed[[: {subject}]]", "Run the command without --as-of."},
		"s3-not-s3":       {"what answers at {subject} is not an S3 service", "Check --endpoint, and whether this network wants you to log in first."},
	}
}
