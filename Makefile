# notso: a desktop chat with a model on this machine. "make help" lists the targets.

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
# A tool, not a module of the program: go.mod stays free of it.
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

export GOFLAGS := -tags=desktop,production,webkit2_41,sqlite_fts5 -buildvcs=false

.DEFAULT_GOAL := help
.PHONY: run test build check lint bench fuzz golden pictures engine-cuda bench-cuda engine-vulkan install uninstall clean help setup setup-test

run: build ## build and open the app (in the terminal where there is no display)
	@build/run.sh

test: setup-test ## run every test
	go vet ./...
	`command -v dbus-run-session && echo --` go test -p 2 -timeout 20m ./...

build: setup ## build build/bin/notso
	go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o build/bin/ .

install: build ## put it into the menu of your desktop (PREFIX, ~/.local by default)
	@build/install.sh

uninstall: ## take it out of there again; chats and models stay
	@build/install.sh --remove

check: setup-test ## vet, formatting, import rules, and the whole program for Windows
	go vet ./...
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$unformatted" ] || { echo "run gofmt on:" $$unformatted; exit 1; }
	go test -run 'Imports|LockFiles' .
	CC=x86_64-w64-mingw32-gcc CGO_ENABLED=1 GOOS=windows GOARCH=amd64 go build -o build/bin/notso.exe .

lint: setup ## staticcheck
	go run $(STATICCHECK) -checks inherit,-ST1005 ./... # errors for people are sentences

bench: setup ## run the benchmarks
	go test -run '^$$' -bench . -benchmem -timeout 40m ./...

fuzz: setup ## fuzz each fuzz test for FUZZTIME (10s)
	@build/fuzz.sh

golden: setup-test ## rewrite the golden files
	go test $$(grep -rl 'flag.Bool("update"' --include='*_test.go' . | xargs -n1 dirname | sort -u) -update

pictures: setup-test ## picture each state of the window (build/pictures) and compare; ACCEPT=1 accepts them
	go test -count=1 -run 'Accessibility|FitsEvery' ./app -pictures $(CURDIR)/build/pictures $(if $(ACCEPT),-accept)

engine-cuda: setup ## add the CUDA backend (143 MB) to build/engine
	@build/engine.sh cuda

bench-cuda: build engine-cuda ## measure SmolLM3-3B's shape on an NVIDIA card (needs CUDA 13's libcudart and libcublas)
	build/bin/notso doctor
	build/bin/notso bench --shape smollm3-3b

engine-vulkan: setup ## add the Vulkan backend to build/engine
	@build/engine.sh vulkan

clean: ## remove what was built and fetched, except the models
	rm -rf build/bin build/engine build/chromium build/npm/*/node_modules node_modules frontend/vendor

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 16

# Each step looks first and installs only what is missing.
setup:
	@build/packages.sh
	@build/modules.sh
	@build/engine.sh
	@build/model.sh

setup-test:
	@build/packages.sh test
	@$(MAKE) --no-print-directory setup
	@build/chromium.sh
