# SPDX-License-Identifier: Apache-2.0
# The front door for newcomers; everything is done by ./dev.
.PHONY: demo test build help
help:
	@./dev help
demo:
	@./dev demo $(ARGS)
test:
	@./dev test $(ARGS)
build:
	@./dev build release
