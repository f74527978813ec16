# Every target installs first what it needs and the machine lacks; see
# notebooks/tools/setup.sh. Everything made here goes to build/ and runs/.
.DEFAULT_GOAL := help
.PHONY: help run test test-xla torture powercut relations soak fuzz mutants vulnerabilities bench profile notebooks site lab browser climate slurm gpu-bundle clean

SETUP := notebooks/tools/setup.sh
RUN   := notebooks/tools/run_notebooks.py --html build/site
OUT   := runs/first-model
XLA   := build/engines/xla/pjrt_c_api_cpu_plugin.so
BOOKS := $(sort $(wildcard notebooks/*.ipynb))
LABS  := $(sort $(wildcard notebooks/labs/*.ipynb notebooks/labs/solutions/*.ipynb))
# Those beyond the dissertation's equations; some train models of their own.
LATER := $(sort $(wildcard notebooks/[234]*.ipynb))

# The linker tells vdm its commit, whatever GOFLAGS says of -buildvcs. Outside a
# usable git checkout of its own there is none to tell.
COMMIT = $(shell exec 2>/dev/null; [ -z "$$(git rev-parse --show-prefix || echo none)" ] && \
	commit=$$(git rev-parse --short=12 --verify HEAD) && changed=$$(git --no-optional-locks status --porcelain) && \
	echo "$$commit$${changed:+-changed}")
STAMP  = -buildvcs=false -ldflags "-X main.commit=$(COMMIT)"

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## train, sample, nowcast and verify a small model on real rain; prints where the report is
	@$(SETUP) run
	@echo "run: building vdm"
	@go build $(STAMP) -o build/bin/vdm ./vdm/cmd/vdm
	build/bin/vdm first-model --out $(OUT)
	$(RUN) notebooks/10-first-model.ipynb
	@echo "run folder:  $(CURDIR)/$(OUT)"
	@echo "notebook:    $(CURDIR)/build/site/10-first-model.html"

# Graph code dot-imports GoMLX's graph package, as GoMLX's own does (ST1001).
test: ## lint and the quick tests
	@$(SETUP) test
	@echo "test: gofmt, go vet, staticcheck"
	@unformatted=$$(gofmt -l vdm plotting notebooks) && if [ -n "$$unformatted" ]; then \
		echo "not formatted by gofmt:" $$unformatted; exit 1; fi
	@go vet ./...
	@build/bin/staticcheck -checks inherit,-ST1001 ./...
	@echo "test: the notebook runner (skipped until make run has installed the kernel)"
	@go -C notebooks/tools test -count=1 -timeout 15m .
	@echo "test: the quick suite"
	go test -count=1 -timeout 40m -p 2 ./...
	@if [ -e $(XLA) ]; then echo "test: optimisers, resuming and exact on XLA"; \
		VDM_TEST_ENGINE=xla:cpu go test -count=1 -timeout 10m -run 'Adam|StatesAreValues|ProcessDenoiser|MapOfMeansIsExact' ./vdm/train ./vdm/exact; fi

# VDM_TEST_ENGINE chooses the engine of the tests that run on all of them, GOMLX_BACKEND
# that of the commands; each package is a process that compiles its programs by itself.
test-xla: ## the quick suite of the library on XLA's plugin for the CPU; most of its time is compiling
	@VDM_XLA=1 $(SETUP) test
	VDM_TEST_ENGINE=xla:cpu GOMLX_BACKEND=xla:cpu go test -count=1 -timeout 120m -p 1 ./vdm ./vdm/train ./vdm/exact \
		./vdm/unet ./vdm/convnet ./vdm/spectral ./vdm/run ./vdm/internal/proof

KILLS ?= 1000
torture: ## processes that train and save, killed KILLS times (default 1000) at random moments
	@$(SETUP) test
	VDM_KILLS=$(KILLS) go test -count=1 -timeout 6h -v -run 'TestKilledRunsEndBitEqual|TestKilledWhileSaving' ./vdm/run ./vdm/checkpoint

CUTS ?= 300
powercut: ## the power cut under every writer, CUTS states of the disk each (default 300) that a cut may leave
	@$(SETUP) test
	VDM_CUTS=$(CUTS) go test -count=1 -timeout 6h -p 1 -v -run 'PowerCut' ./vdm/... | grep -v '^=== RUN\|no test files\|no tests to run'

RELATIONS ?= 60
relations: ## one training under RELATIONS random choices (default 60) that must not matter
	@$(SETUP) test
	VDM_RELATIONS=$(RELATIONS) go test -count=1 -timeout 6h -v -run TestChoicesDoNotMatter ./vdm/run

SOAK ?= 20
soak: ## days of data streamed at full speed for SOAK minutes (default 20): memory, open files and speed stay
	@$(SETUP) test
	VDM_SOAK=$(SOAK) go test -count=1 -timeout 24h -v ./vdm/internal/soak

# Pinned here, and by Go's checksum database; it asks vuln.go.dev for what is known.
vulnerabilities: ## known vulnerabilities of the modules that the code reaches; needs the network
	go run golang.org/x/vuln/cmd/govulncheck@v1.1.4 ./...

FUZZ ?= 100000
fuzz: ## every fuzz target, FUZZ executions each (default 100000): damaged and hostile files, names and numbers
	@$(SETUP) test
	@grep -rHo --include=*_test.go 'func Fuzz[A-Za-z0-9]*' vdm plotting | grep -v /testdata/ | sed 's/:func / /' | while read file target; do \
		echo "fuzz: $$(dirname $$file) $$target"; \
		go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZ)x -fuzzminimizetime 20x -parallel 2 ./$$(dirname $$file) || exit 1; done

# More with MUTANTS="-random 200 -packages vdm/verify"; see vdm/internal/mutants/doc.go.
mutants: ## faults put into the code, each of which a test must notice; a few minutes
	@$(SETUP) test
	go run ./vdm/internal/mutants $(MUTANTS)

bench: ## speed against PyTorch on this machine
	@$(SETUP) bench
	go run ./vdm/bench -modes eager,compile
	@if [ -e $(XLA) ]; then echo "bench: ours on XLA"; \
		GOMLX_BACKEND=xla:cpu go run ./vdm/bench -modes eager,compile -steps; fi

profile: ## where the time of a training and of a sampling step goes, to vdm/bench/PROFILE.md
	@$(SETUP) bench
	@rm -rf build/profile && mkdir -p build/profile
	VDM_ONNX_MODELS=build/profile GOMLX_BACKEND=onnx go run ./vdm/bench -models
	build/torch/bin/python vdm/bench/profile.py build/profile > build/profile/PROFILE.md && cp build/profile/PROFILE.md vdm/bench/PROFILE.md

notebooks: ## run chapters 01 to 11, export all to build/site, and bring notebooks/EQUATIONS.md up to date
	@$(SETUP) run
	$(RUN) $(filter-out $(LATER),$(BOOKS))
	@if [ -z "$$VDM_QUICK" ] && ls notebooks/*_test.go >/dev/null 2>&1; then \
		go test -count=1 ./notebooks -run Equations -update; fi
	@$(RUN) --no-run $(BOOKS) $(LABS) >/dev/null

climate: ## run chapters 20 to 40, some of which train models of their own the first time, and export them
	@$(SETUP) run
	$(RUN) $(LATER)

site: ## export the notebooks, as they were last run, to build/site/index.html
	@$(SETUP) site
	@$(RUN) --no-run $(BOOKS) $(LABS)
	@echo "site: $(CURDIR)/build/site/index.html"

lab: ## open the notebooks in JupyterLab, or in Debian's notebook where PyPI cannot be reached
	@$(SETUP) lab
	notebooks/tools/lab.sh

browser: ## see in Debian's Chromium that the notebooks and the site work for a reader
	@$(SETUP) browser
	VDM_BROWSER=full go -C notebooks/tools test -count=1 -timeout 20m -run Browser -v .

CASES ?= 20
slurm: ## ensembles, training and CASES nowcasts (default 20) on a Slurm of two nodes, both this machine; the Kubernetes file
	@$(SETUP) slurm
	go -C docker/check test -count=1 .
	VDM_SLURM=1 VDM_SLURM_CASES=$(CASES) go test -count=1 -timeout 3h -v -run Slurm ./vdm/cmd/vdm

gpu-bundle: ## a folder to carry to a GPU machine without Go or network: build/gpu-bundle
	@$(SETUP) test
	vdm/bench/gpu/bundle.sh build/gpu-bundle

clean: ## remove what can be made or fetched again; runs/ stays
	rm -rf build
