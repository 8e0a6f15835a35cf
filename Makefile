# Two commands are all it takes on a machine with Go and make:
#   make compare   measures the two classic jobs under every strategy
#   make test      checks and tests everything, in some minutes
# All day long, make check does: it leaves out what takes long, and what has not changed.

STATICCHECK = go run honnef.co/go/tools/cmd/staticcheck@v0.8.2
# A count of inputs: a time that runs out in the middle of one can be reported as its failure.
FUZZ_COUNT  = 4000x
# The same where each input starts programs.
FUZZ_PROGRAMS = 100x
# Modules of their own, for what they depend on.
MODULES = bench report/browser
# For a whole package under the race detector; a test that may hang has a shorter deadline of its own.
TIMEOUT = 15m
# Tests wait for much of their time, so more packages are tested at once than there are cores. Those that take longest
# come first, or the last of them would end alone.
AT_ONCE = $(shell expr $$(getconf _NPROCESSORS_ONLN) \* 3 / 2)
LONGEST = ./cli ./cluster ./overlaptest ./process .

.PHONY: compare build check test aside format lint portable unit fuzz cgroup chaos bench clean

compare:
	go run ./cmd/overlap compare

build:
	go build -o overlap ./cmd/overlap

# What takes long skips itself under -short.
check: format
	go vet ./...
	go test -short -timeout 2m ./...

# The tests, and what computes while they wait and gives way to them. Vetting comes before both, since it compiles what
# both build on; what uses all cores by itself comes last, when the tests may be over.
test: format
	go vet ./...
	$(MAKE) -j2 unit aside

aside:
	nice -n 19 $(MAKE) portable fuzz
	nice -n 19 $(MAKE) lint

format:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "gofmt: the files above are not formatted"; exit 1; }

lint: format
	go vet ./...
	go fix -diff ./...
	go mod tidy -diff
	$(STATICCHECK) ./...
	for module in $(MODULES); do \
		(cd $$module && go vet ./... && go fix -diff ./... && go mod tidy -diff && $(STATICCHECK) ./...) || exit 1; \
	done

portable:
	go run ./internal/portable darwin windows

# lint vets it all.
unit:
	go test -race -vet=off -timeout $(TIMEOUT) -p $(AT_ONCE) $(LONGEST) ./...
	for module in $(MODULES); do (cd $$module && go test -race -vet=off -timeout $(TIMEOUT) ./...) || exit 1; done

# Each fuzz target for a moment, from its seeds. A package's targets share a binary, in which the package is instrumented
# as "go test -fuzz" does it, and what it imports is not: else all of that would be compiled once more for each of them.
fuzz:
	@set -e; dir=$$(mktemp -d); trap 'rm -rf $$dir' EXIT; \
	for folder in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u); do \
		go test -c -gcflags=-d=libfuzzer -o $$dir/test ./$$folder; \
		for target in $$(cd $$folder && $$dir/test -test.list '^Fuzz'); do \
			count=$(FUZZ_COUNT); case $$target in FuzzShell) count=$(FUZZ_PROGRAMS);; esac; \
			echo "fuzz $$folder $$target"; \
			(cd $$folder && $$dir/test -test.run '^$$' -test.fuzz "^$$target\$$" -test.fuzztime $$count \
				-test.fuzzcachedir $$dir/cache -test.timeout 2m) > $$dir/log 2>&1 || { cat $$dir/log; exit 1; }; \
		done; \
	done

# Tests that need a delegated cgroup v2, in a virtual machine; the script says which packages that takes.
cgroup:
	process/testdata/cgroup-vm.sh

# What kills, stops and cuts off all that takes part in a cluster's job at random, for long.
chaos:
	CLUSTER_CHAOS=30m go test -race -run 'TestChaos$$' -v -timeout 70m ./cluster

bench:
	cd bench && go run ./cmd/sidebyside

clean:
	rm -f overlap
