# Everything is made here. "make help" lists what there is.
#
# Needed: Go and make. The tests use Chromium, "make contracts" uses node.

.DEFAULT_GOAL := help
.PHONY: help run test e2e site bench lint unit contracts size clean chromium

GO   ?= go
DIST ?= dist
WASM := GOOS=js GOARCH=wasm

# The race detector needs a C compiler; Go knows whether there is one.
RACE := $(if $(filter 1,$(shell $(GO) env CGO_ENABLED)),-race)

# Packages whose code and tests start no goroutine (a test in app/house_test.go looks):
# the race detector finds nothing there, and makes them up to ten times as slow.
SINGLE := app/archive app/job app/profile app/proof app/proof/imagehash app/task app/trial app/widget \
	chain/taskwallet chain/taskwallet/vault wasm/worker/protocol web/cmd/site web/site

# A package without code for this machine: its tests run in the browser, where there is
# no race detector.
INPAGE := wasm/browser

# The browser of the tests: CHROME=/path/to/any, or the first of these.
CHROME ?= $(firstword $(foreach b,chromium chromium-browser google-chrome google-chrome-stable,$(shell command -v $(b))))
export CHROME

help: ## this list
	@echo "make <target>:"
	@sed -n 's/^\([a-z0-9]*\):.*## \(.*\)/  \1	\2/p' $(MAKEFILE_LIST) | expand -t 14

run: ## the page and a whole network on this machine: http://127.0.0.1:8080 (ARGS=-h: its flags)
	@echo "Fetching modules that are not here yet …"
	@$(GO) list -deps ./web/cmd/devnet >/dev/null
	@echo "Compiling the development network, with a whole Ethereum node in it (the first time takes some minutes) …"
	@$(GO) build -o build/devnet ./web/cmd/devnet
	@exec build/devnet $(ARGS)

test: lint unit e2e ## all checks: formatting, vet, staticcheck, unit tests, journeys in Chromium

lint: ## gofmt, vet and staticcheck, for this machine and for the browser
	@echo "== lint"
	@dirty=$$(gofmt -l app chain relay wasm web); test -z "$$dirty" || { echo "run gofmt -w on:"; echo "$$dirty"; exit 1; }
	@$(GO) vet ./...
	@$(WASM) $(GO) vet ./...
	@$(GO) build -o build/staticcheck honnef.co/go/tools/cmd/staticcheck
	@build/staticcheck ./...
	@$(WASM) build/staticcheck ./...

# First the packages with goroutines, with the race detector; then without it the others,
# and again those of which -short leaves something out. "lint" has done what vet does.
unit: chromium ## unit tests, with the race detector where there is a C compiler
	@echo "== unit tests $(RACE)"
	@$(GO) test -vet=off -timeout 30m $(RACE) -short $(filter-out $(addprefix crynux-dapp/,$(SINGLE) $(INPAGE) wasm/e2e),$(shell $(GO) list ./...))
	@echo "== unit tests without goroutines, those in the browser, and those that -short has not done"
	@$(GO) test -vet=off -timeout 30m -parallel 6 ./app ./app/runner ./relay/devrelay $(addprefix ./,$(SINGLE) $(INPAGE))

e2e: chromium ## journeys in Chromium over the built site and the development network
	@echo "== journeys"
	@$(GO) test -vet=off -timeout 40m ./wasm/e2e

site: ## the static site, in dist/ (ARGS=-h: its flags; docs/hosting.md)
	@$(GO) run ./web/cmd/site -out $(DIST) $(ARGS)

size: site ## the site's files, raw and compressed
	@$(GO) run ./web/cmd/site -size $(DIST)

bench: chromium ## speed and size of the page, as a table and in build/bench.json; takes a quarter of an hour
	@$(GO) test -tags bench -timeout 60m -run 'TestBench$$' ./wasm/e2e

contracts: ## compile the contracts again; the result is committed and must not change
	@sh chain/devchain/contracts/build.sh

clean: ## remove what was built
	@rm -rf $(DIST) build wasm/e2e/screenshots

# Installs Chromium where that is possible, says what to do where it is not.
chromium:
ifeq ($(CHROME),)
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "== installing Chromium"; \
		apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium >/dev/null; \
	else \
		echo "The tests need Chromium: install it (Debian: sudo apt-get install chromium) or say CHROME=/path/to/browser." >&2; exit 1; \
	fi
endif
