package s3

import (
	"net/http"

	"backup_projeto/internal/core"
	"backup_projeto/internal/storage"
)

// Codes that say more precisely than those of package storage what to mend.
const (
	WrongKey      core.Code = "s3-wrong-key"      // the service does not know the access key
	WrongSecret   core.Code = "s3-wrong-secret"   // the secret does not belong to the access key
	Denied        core.Code = "s3-denied"         // the credentials may not do this; the subject is the action and what it is for
	KMSDenied     core.Code = "s3-kms"            // the encryption key cannot be used; the subject is the action
	Expired       core.Code = "s3-expired"        // temporary credentials that are over; the subject is the profile
	LoginNeeded   core.Code = "s3-login"          // the SSO session is over; the subject is the profile
	NoCredentials core.Code = "s3-no-credentials" // AWS's chain gives none
	NoProfile     core.Code = "s3-no-profile"     // the subject is the profile that is not there
	BadSettings   core.Code = "s3-settings"       // AWS's own settings cannot be read
	WrongRegion   core.Code = "s3-wrong-region"   // the subject is the region that was asked
	Redirected    core.Code = "s3-redirected"     // the endpoint sends elsewhere; the subject is the endpoint
	ClockSkew     core.Code = "s3-clock-skew"     // the subject is this machine's time and the service's
	Taken         core.Code = "s3-bucket-taken"   // the subject is a bucket that someone else has
	NoClass       core.Code = "s3-storage-class"  // the service has no such class; the subject is the class
	Archived      core.Code = "s3-archived"       // the object is in cold storage and cannot be read
	Account       core.Code = "s3-account"        // the account is closed, unpaid or not signed up
	Unavailable   core.Code = "s3-unavailable"    // the service fails, after retries
	TLS           core.Code = "s3-tls"            // no trusted connection; the subject is the endpoint
	NotS3         core.Code = "s3-not-s3"         // what answers does not speak S3; the subject is the endpoint
)

// action is what a policy calls the right to do something.
type action string

const (
	putObject    action = "s3:PutObject"
	getObject    action = "s3:GetObject"
	deleteObject action = "s3:DeleteObject"
	listBucket   action = "s3:ListBucket"
	createBucket action = "s3:CreateBucket"

	listVersions  action = "s3:ListBucketVersions"
	getVersion    action = "s3:GetObjectVersion"
	getVersioning action = "s3:GetBucketVersioning"
	getLocking    action = "s3:GetBucketObjectLockConfiguration"
	getRetention  action = "s3:GetObjectRetention"
	putRetention  action = "s3:PutObjectRetention"

	bypassRetention action = "s3:BypassGovernanceRetention"
)

// codes translates the service's codes.
var codes = map[string]core.Code{
	"NoSuchKey":     storage.NotFound,
	"NoSuchVersion": storage.NotFound,
	"NoSuchBucket":  storage.NoPlace,

	"PreconditionFailed":         storage.Exists,
	"ConditionalRequestConflict": storage.Exists,

	"InvalidAccessKeyId":    WrongKey,
	"InvalidClientTokenId":  WrongKey,
	"SignatureDoesNotMatch": WrongSecret,
	"ExpiredToken":          Expired,
	"TokenRefreshRequired":  Expired,
	"InvalidToken":          Expired,
	"RequestTimeTooSkewed":  ClockSkew,
	"RequestExpired":        ClockSkew,

	"AccessDenied":        Denied,
	"AccessForbidden":     Denied,
	"UnauthorizedAccess":  Denied,
	"AllAccessDisabled":   Account,
	"AccountProblem":      Account,
	"NotSignedUp":         Account,
	"UserSuspended":       Account,
	"InvalidObjectState":  Archived,
	"InvalidStorageClass": NoClass,
	"BucketAlreadyExists": Taken,

	"PermanentRedirect":                  WrongRegion,
	"TemporaryRedirect":                  WrongRegion,
	"AuthorizationHeaderMalformed":       WrongRegion,
	"IllegalLocationConstraintException": WrongRegion,
	"InvalidLocationConstraint":          WrongRegion,
	"InvalidRegion":                      WrongRegion,

	"SlowDown":               storage.Throttled,
	"SlowDownRead":           storage.Throttled,
	"SlowDownWrite":          storage.Throttled,
	"Throttling":             storage.Throttled,
	"ThrottlingException":    storage.Throttled,
	"RequestLimitExceeded":   storage.Throttled,
	"TooManyRequests":        storage.Throttled,
	"BandwidthLimitExceeded": storage.Throttled,

	"QuotaExceeded":                  storage.Full,
	"XMinioStorageFull":              storage.Full,
	"XMinioAdminBucketQuotaExceeded": storage.Full,
	"EntityTooLarge":                 storage.TooLarge,

	"BadDigest":                   storage.Corrupt,
	"InvalidDigest":               storage.Corrupt,
	"XAmzContentSHA256Mismatch":   storage.Corrupt,
	"XAmzContentChecksumMismatch": storage.Corrupt,
}

// statuses judges answers without a known code.
var statuses = map[int]core.Code{
	http.StatusUnauthorized:        storage.Auth,
	http.StatusForbidden:           Denied,
	http.StatusTooManyRequests:     storage.Throttled,
	http.StatusInsufficientStorage: storage.Full,
	http.StatusNotImplemented:      storage.Other,
}
