// Package cost tells what an amount of requests, transfer and storage comes to by a price list.
//
// Terms: a price list is what one service asks in one region for one storage class; a write is a request that stores or lists, a read one that
// fetches or asks after an object, which is how services price them; deleting is free with all services that are listed here. Transfer is what
// leaves the service over the Internet.
//
// Map: cost.go reckons; list.go has the lists that are known, each with its source and date; parse.go reads one that a person gives.
//
// Promises: nothing here asks the network. A service that is not known has no list: no price is guessed. What comes out is at most what is
// billed for such an amount by list prices: free allowances and steps for large amounts are left out, and so are taxes.
package cost

import "time"

// Use is what is asked of a service.
type Use struct {
	Writes, Reads, Deletes int64 // requests
	Out                    int64 // bytes of content that are read
}

// Requests is their sum.
func (u Use) Requests() int64 { return u.Writes + u.Reads + u.Deletes }

// Plus returns both.
func (u Use) Plus(v Use) Use {
	return Use{u.Writes + v.Writes, u.Reads + v.Reads, u.Deletes + v.Deletes, u.Out + v.Out}
}

// Minus returns what u has more.
func (u Use) Minus(v Use) Use {
	return Use{u.Writes - v.Writes, u.Reads - v.Reads, u.Deletes - v.Deletes, u.Out - v.Out}
}

// Prices is a price list. Amounts are in Currency.
type Prices struct {
	Currency string // by ISO 4217
	GB       int64  // how many bytes the list calls a GB: 1e9, or 1<<30
	Storage  float64
	Write    float64 // for 1,000 requests
	Read     float64 // for 1,000 requests
	Out      float64 // for a GB that leaves the service
	Fetch    float64 // for a GB that is read, wherever it goes: the cheaper storage classes ask for that
	MinDays  int     // an object that is deleted sooner is billed for so many days all the same
	AsOf     string  // the date of the list, as 2026-09-26; "" for one that a person gave
	Source   string  // where the list is published
}

// Once returns what a use comes to.
func (p *Prices) Once(u Use) float64 {
	return float64(u.Writes)*p.Write/1000 + float64(u.Reads)*p.Read/1000 + float64(u.Out)/float64(p.GB)*(p.Out+p.Fetch)
}

// Monthly returns what storing that many bytes for a month comes to.
func (p *Prices) Monthly(bytes int64) float64 { return float64(bytes) / float64(p.GB) * p.Storage }

// Early returns what is still billed for an object of that many bytes that is deleted at that age.
func (p *Prices) Early(bytes int64, age time.Duration) float64 {
	const month = 30 * 24 * time.Hour
	left := time.Duration(p.MinDays)*24*time.Hour - max(age, 0)
	return p.Monthly(bytes) * max(0, float64(left)/float64(month))
}
