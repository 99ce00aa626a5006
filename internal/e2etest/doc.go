// Package e2etest runs the real program on real input: Go's own source tree, saved to a folder and to an S3 server, edited, saved again,
// restored and compared with diff -r and in all metadata; and backups that are killed. It holds tests only.
package e2etest
