# What people type. The whole check of a commit is .ci/run.

GO ?= go

.PHONY: all build test bench bench-quick bench-micro

all: build

build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags='-s -w' -o backup_projeto ./cmd/backup_projeto

test:
	$(GO) test ./...

# Measures the program against its peers and writes doc/bench. Needs Linux, best as root on a machine that does nothing else. BENCH takes more flags.
bench:
	$(GO) run ./tools/bench -out doc/bench $(BENCH)

# The same on small sets, in some minutes; writes nothing.
bench-quick:
	$(GO) run ./tools/bench -quick $(BENCH)

# The parts alone; compare two runs with benchstat.
bench-micro:
	$(GO) test -run='^$$' -bench=. -count=6 ./internal/chunk ./internal/pack ./internal/crypto ./internal/tree ./internal/index ./internal/scan/... ./internal/backup
