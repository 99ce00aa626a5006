package cost

import "strings"

// Service says which list holds: Host is the service's, "" for Amazon S3 itself; Region and Class as the service names them, "" for its
// standard class.
type Service struct{ Host, Region, Class string }

// amazon has Amazon's standard class by region, from the files of its Price List at https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/
// AmazonS3/current/REGION/index.csv (TimedStorage-ByteHrs, Requests-Tier1, Requests-Tier2) and …/AWSDataTransfer/… (DataTransfer-Out-Bytes).
// Its GB are of 2^30 bytes: the first step, "50 TB", ends at 51200 GB.
var amazon = map[string]Prices{
	"us-east-1": {Storage: 0.023, Write: 0.005, Read: 0.0004, Out: 0.09, AsOf: "2026-08-31"},
	"us-east-2": {Storage: 0.023, Write: 0.005, Read: 0.0004, Out: 0.09, AsOf: "2026-08-02"},
	"us-west-2": {Storage: 0.023, Write: 0.005, Read: 0.0004, Out: 0.09, AsOf: "2026-08-02"},
	"eu-west-1": {Storage: 0.023, Write: 0.005, Read: 0.0004, Out: 0.09, AsOf: "2026-08-02"},
	"sa-east-1": {Storage: 0.0405, Write: 0.007, Read: 0.00056, Out: 0.15, AsOf: "2026-09-26"},
}

// classes has Amazon's other classes, where they are known: those of us-east-1, from the same files (TimedStorage-SIA-ByteHrs, Requests-SIA-Tier1,
// Retrieval-SIA, …). Transfer costs what it does in the standard class.
var classes = map[string]Prices{
	"STANDARD_IA":         {Storage: 0.0125, Write: 0.01, Read: 0.001, Fetch: 0.01, MinDays: 30, AsOf: "2025-10-28"},
	"ONEZONE_IA":          {Storage: 0.01, Write: 0.01, Read: 0.001, Fetch: 0.01, MinDays: 30, AsOf: "2025-10-28"},
	"GLACIER_IR":          {Storage: 0.004, Write: 0.02, Read: 0.01, Fetch: 0.03, MinDays: 90, AsOf: "2025-10-28"},
	"INTELLIGENT_TIERING": {Storage: 0.023, Write: 0.005, Read: 0.0004, AsOf: "2025-10-28"},
}

// others are services that speak S3's protocol, by the end of their host's name.
var others = []struct {
	host string
	Prices
}{
	{".r2.cloudflarestorage.com", Prices{GB: 1e9, Storage: 0.015, Write: 0.0045, Read: 0.00036, AsOf: "2026-09-26",
		Source: "https://developers.cloudflare.com/r2/pricing/"}},
	{".wasabisys.com", Prices{GB: 1 << 30, Storage: 7.99 / 1024, MinDays: 90, AsOf: "2026-09-02", Source: "https://wasabi.com/pricing/faq"}},
}

// Find returns the price list of a service, and false where none is known.
func Find(s Service) (*Prices, bool) {
	p, ok := find(s)
	p.Currency = "USD"
	return &p, ok
}

func find(s Service) (p Prices, ok bool) {
	standard := s.Class == "" || s.Class == "STANDARD"
	if s.Host != "" {
		for _, o := range others {
			if strings.HasSuffix("."+s.Host, o.host) {
				return o.Prices, standard
			}
		}
		return p, false
	}
	p, ok = amazon[s.Region]
	p.GB, p.Source = 1<<30, "https://aws.amazon.com/s3/pricing/"
	if standard || !ok {
		return p, ok
	}
	c, ok := classes[s.Class]
	c.GB, c.Source, c.Out = p.GB, p.Source, p.Out
	return c, ok && s.Region == "us-east-1"
}
