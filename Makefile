# `make help` lists what there is. Each target installs what it needs, once.

PYTHON ?= python3
PORT ?= 8000
SEED ?= 1
STEPS ?= 100000
export PORT

RUN := .venv/bin/python
TOOLS := .venv/.installed
CLOUD := .venv-cloud/.installed
CHECKS := .venv-checks/.installed
WEB := infra/web/node_modules/.installed
PIP := -m pip install --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: probe security lock screens run reset client demo code listen trigger metrics rotate package pages deploy test simulate concurrency mutants bench web timing fuzz reconcile coupons counters bench-insight risk-eval offers-eval check format help install load review

run: install ## start the local cloud at http://localhost:8000 (PORT=…) and follow its logs; Ctrl-C keeps its state
	@exec $(RUN) -m infra.local.cloud up

reset: $(TOOLS) ## forget everybody and everything in the local cloud
	@$(RUN) -m infra.local.cloud reset

demo: install ## play the main job over HTTP (ACT=accounts: lock, reset, second factor, restore; ACT=failover: a bank goes down; ACT=fraud: a ring is found, held and released; ACT=incident: from an alarm to its remedy; ACT=shop: a day of a shop; ACT=social: an evening among friends; ACT=rewards: points and a bonus; ACT=credit: a plan of instalments; ACT=insight: from payments to a report and back to an entry; ACT=restore: a wiped table comes back; ACT=region: a lost region is rebuilt; DEMO_LANG=zh for Chinese)
	@$(RUN) -m infra.local.demo $(ACT)

code: $(TOOLS) ## the code that the demo operator's authenticator shows now, to sign in to the console
	@$(RUN) -m infra.local.code

listen: $(TOOLS) ## a merchant's events, signed and posted to a server on this machine (TO=http://127.0.0.1:4242/hook EVENTS=payment.captured)
	@exec $(RUN) -m infra.local.cli listen --forward-to $(or $(TO),http://127.0.0.1:4242/hook) --events "$(EVENTS)"

trigger: $(TOOLS) ## have an event happen in the local cloud (EVENT=payment.captured; without it, what there is)
	@$(RUN) -m infra.local.cli trigger $(EVENT)

metrics: $(TOOLS) ## the local cloud's objectives, how fast their allowances burn, and the alarms that ring (ALL=1 for every alarm)
	@$(RUN) -m infra.local.figures $(if $(ALL),--all)

review: $(TOOLS) ## the regular checks of the local cloud now: who may do what, and a few seconds of load; prints both reports
	@$(RUN) -m infra.review
probe: $(TOOLS) ## a cent comes in, is paid and goes back in the local cloud: each step and its milliseconds
	@$(RUN) -m infra.probe

rotate: $(TOOLS) ## seal personal fields under a new key in the local cloud (on AWS: docs/how-to/deploy.md)
	@$(RUN) -m infra.rotate_fields --local

client: $(TOOLS) ## build/client/: a typed Python client, generated from the description of the API
	@$(RUN) -m infra.client_library

package: $(TOOLS) ## build/package/: the template and the zip for CloudFormation
	@$(RUN) -m infra.package

pages: install ## build/site/: what the pages' bucket holds, and the commands that bring it there
	@$(RUN) -m infra.publish

deploy: $(TOOLS) $(WEB) ## bring a stage to AWS: change set, consent, gradual traffic, check (STAGE=prod VERSION=… goes back, PLAN=1 only shows, YES=1 does not ask, LET_GO="…", DESPITE_ALARMS=1)
	@$(RUN) -m infra.deploying --stage $(or $(STAGE),none) $(if $(VERSION),--version $(VERSION)) $(if $(PLAN),--plan) \
		$(if $(YES),--yes) $(if $(DESPITE_ALARMS),--despite-alarms) $(foreach one,$(LET_GO),--let-go $(one))

test: check install ## everything that CI runs: check, then every test, those on the local cloud too
	@$(RUN) -m pytest

simulate: install ## play people, faults and clocks from a SEED for so many STEPS; the same seed, the same hash (PLAY=people, shops, bonuses)
	@exec $(RUN) -m tests.simulation --seed $(SEED) --steps $(STEPS) --play $(or $(PLAY),everything)

concurrency: $(TOOLS) $(CLOUD) ## many processes at once at one DynamoDB, judged (PROCESSES=8 ROUNDS=3 SEED=1)
	@exec $(RUN) -m tests.concurrency --processes $(or $(PROCESSES),8) --rounds $(or $(ROUNDS),3) --seed $(SEED)

mutants: install ## plant each known bug in a copy and see its checker fail
	@exec $(RUN) -m tests.simulation.mutants

bench: $(TOOLS) $(CLOUD) ## measure speed and cost into build/bench.json; fails beyond a limit (ONLY="cpu cold")
	@$(RUN) -m tests.bench.measure $(ONLY)

load: install ## several times what the local cloud can do, and what becomes of payments meanwhile; figures in build/load.json (SECONDS_OF_FLOOD=45 TIMES=4 SEED=1)
	@$(RUN) -m infra.local.load --seconds $(or $(SECONDS_OF_FLOOD),45) --times $(or $(TIMES),4) --seed $(SEED)

risk-eval: $(TOOLS) ## the rules of risk on generated weeks with planted fraud: precision, recall, time to detection, into build/risk-eval.json (SEED=1 PEOPLE=3000 DAYS=28)
	@SEED=$(or $(SEED),1) $(RUN) -m tests.bench.risk_eval

web: install ## weigh and time the pages in a real browser into build/web.json; fails beyond a limit
	@$(RUN) -m tests.browser.measure

timing: $(TOOLS) ## medians of 200 tries, known and unknown names: sign-in, registration, reset (TRIES=200)
	@POWERTOOLS_LOG_LEVEL=CRITICAL $(RUN) -m tests.bench.timing --tries $(or $(TRIES),200)

fuzz: $(TOOLS) ## generated requests against the API's own description (CASES=5000 SEED=1)
	@POWERTOOLS_LOG_LEVEL=CRITICAL $(RUN) -m tests.api.fuzz --cases $(or $(CASES),5000) --seed $(or $(SEED),1)

reconcile: $(TOOLS) ## match two books of a million lines with planted differences (LINES=1000000 DIFFERENCES=500 SEED=1 TOLD=1)
	@$(RUN) -m tests.bench.reconciling --lines $(or $(LINES),1000000) --differences $(or $(DIFFERENCES),500) --seed $(SEED) --told $(or $(TOLD),1)

coupons: $(TOOLS) $(CLOUD) ## one template's coupons, issued by many processes: how many a second, how many met at a shard, the budget held (PROCESSES=8 COUPONS=1000)
	@$(RUN) -m tests.bench.issuing --processes $(or $(PROCESSES),8) --coupons $(or $(COUPONS),1000)

counters: $(TOOLS) ## write units that the live counters cost per event in batches of 40, by AWS's size rules; fails at one
	@POWERTOOLS_LOG_LEVEL=CRITICAL $(RUN) -m tests.bench.counting

bench-insight: $(TOOLS) ## the same reports over so many events by us, by pandas and by sqlite: do they agree, how long does each take; figures in build/bench-insight.json (EVENTS=10000000 SEED=1)
	@$(RUN) -m tests.bench.analysing --events $(or $(EVENTS),10000000) --seed $(SEED)

offers-eval: $(TOOLS) ## does the ranking of offers know what people will buy? held-out weeks of a generated town, against random and most popular; figures in build/offers-eval.json (SEED=1 PEOPLE=600 WEEKS=10)
	@$(RUN) -m tests.bench.offers_eval --seed $(SEED) --people $(or $(PEOPLE),600) --weeks $(or $(WEEKS),10)

screens: install ## visit every screen in four looks each, pictures in build/screens/
	@LOOKS=4 $(RUN) -m pytest -n 0 tests/browser/test_screens.py

check: package ## ruff, mypy --strict, import-linter, bandit, policy packs; cfn-lint comes with the package
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy --strict app.py chalicelib
	.venv/bin/lint-imports
	@$(RUN) -m infra.policies check
	.venv/bin/bandit --quiet --recursive app.py chalicelib --exclude chalicelib/insight
	.venv/bin/bandit --quiet --recursive chalicelib/insight --skip B608
	.venv/bin/bandit --quiet --severity-level medium --recursive infra --exclude infra/web

security: package $(CHECKS) ## bandit, cfn-lint, checkov, detect-secrets, pins with hashes, what is in the zip; every find fixed or given a reason
	@$(RUN) -m infra.checks

LOCKED := .venv-checks/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-annotate \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

lock: $(CHECKS) ## infra/requirements.lock and analysis.lock: all that the zip and the layer need, each with the hashes of its files
	$(LOCKED) --output-file infra/requirements.lock requirements.txt
	$(LOCKED) --output-file infra/analysis.lock infra/analysis.txt

format: $(TOOLS) ## let ruff write the code as `make check` wants it, and pages name at their head what they need
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
	@$(RUN) -m infra.preloads

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

install: $(TOOLS) $(CLOUD) $(WEB)

$(TOOLS): requirements.txt requirements-dev.txt
	@echo "install: Python packages into .venv (a minute or two, once)"
	@started=$$(date +%s); $(PYTHON) -m venv .venv && $(RUN) $(PIP) -r requirements-dev.txt && touch $@ && \
		echo "install: .venv is ready, $$(( $$(date +%s) - started )) s"

$(CLOUD): infra/local/requirements.txt
	@echo "install: the local AWS into .venv-cloud (half a minute, once)"
	@started=$$(date +%s); $(PYTHON) -m venv .venv-cloud && .venv-cloud/bin/python $(PIP) -r $< && touch $@ && \
		echo "install: .venv-cloud is ready, $$(( $$(date +%s) - started )) s"

$(CHECKS): infra/checks/requirements.txt
	@echo "install: what checks security into .venv-checks (half a minute, once)"
	@started=$$(date +%s); $(PYTHON) -m venv .venv-checks && .venv-checks/bin/python $(PIP) -r $< && touch $@ && \
		echo "install: .venv-checks is ready, $$(( $$(date +%s) - started )) s"

$(WEB): $(wildcard infra/web/package.json infra/web/package-lock.json)
	@if [ -f infra/web/package.json ]; then \
		echo "install: the pages' packages into infra/web/node_modules"; \
		npm ci --prefix infra/web --no-audit --no-fund --ignore-scripts --loglevel=error; \
	fi
	@mkdir -p $(@D) && touch $@
