package config

import "strings"

// Near returns the candidate that s was probably meant to be, or "". A candidate that s begins, or whose letters are at most a
// third wrong (two at least for four letters and more), is near.
func Near(s string, candidates []string) string {
	s = strings.ToLower(s)
	best, bestDistance := "", len(s)/3+1
	if len(s) >= 4 {
		bestDistance = max(bestDistance, 2)
	}
	bestDistance++
	for _, c := range candidates {
		low := strings.ToLower(c)
		d := distance(s, low)
		if len(s) >= 2 && strings.HasPrefix(low, s) {
			d = min(d, 1)
		}
		if d < bestDistance && d < len(low) {
			best, bestDistance = c, d
		}
	}
	return best
}

// distance is the number of letters to add, drop, change or swap with their neighbour to make a into b.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row := make([]int, len(y)+1)
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(y)]
}
