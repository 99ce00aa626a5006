//go:build race

package lifetest

// usual is how many days are lived where nobody says: with the race detector all is ten times as slow.
const usual = 50
