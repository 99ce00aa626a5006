//go:build !race

package lifetest

// usual is how many days are lived where nobody says.
const usual = 270
