#!/bin/sh
# Rebuilds the committed artefacts of the three contracts. Needs node and npm;
# nothing else in the project does, the artefacts are used as committed.
set -eu
cd "$(dirname "$0")"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
node build.js
