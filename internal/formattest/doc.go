// Package formattest keeps doc/format.md true: it computes every test vector that the document prints and compares.
//
// Terms: a vector is a fenced block of the document, "```vector NAME", whose lines are a label and a value; a value that is too
// long for a line goes on in the next ones, indented. A sealed value is random, so it stands in the document only; it is opened,
// and what it holds is compared.
//
// "go test ./internal/formattest -update" writes the vectors into the document anew; sealed values that still open stay.
package formattest
