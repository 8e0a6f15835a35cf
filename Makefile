# Two commands are all it takes on a machine with Go and make:
#   make compare   measures the two classic jobs under every strategy
#   make test      checks and tests everything

STATICCHECK = go run honnef.co/go/tools/cmd/staticcheck@v0.8.2
# A count of inputs: a time that runs out in the middle of one can be reported as its failure.
FUZZ_COUNT  = 4000x

.PHONY: compare build test check portable unit fuzz cgroup bench clean

compare:
	go run ./cmd/overlap compare

build:
	go build -o overlap ./cmd/overlap

test: check portable unit fuzz

check:
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "gofmt: the files above are not formatted"; exit 1; }
	go vet ./...
	go fix -diff ./...
	go mod tidy -diff
	$(STATICCHECK) ./...
	cd bench && go vet ./... && go fix -diff ./... && go mod tidy -diff && $(STATICCHECK) ./...

portable:
	GOOS=darwin GOARCH=arm64 go vet ./...
	GOOS=windows GOARCH=amd64 go vet ./...

unit:
	go test -race ./...
	cd bench && go test -race ./...

# Each fuzz target for a moment, from its seeds.
fuzz:
	@log=$$(mktemp); trap 'rm -f $$log' EXIT; for package in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			echo "fuzz $$package $$target"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZ_COUNT) $$package > $$log 2>&1 || \
				{ cat $$log; exit 1; }; \
		done; \
	done

# Tests that need a delegated cgroup v2, in a virtual machine; the script says which packages that takes.
cgroup:
	process/testdata/cgroup-vm.sh

bench:
	cd bench && go run ./cmd/sidebyside

clean:
	rm -f overlap
