// Compiles src/ into artifacts/: one JSON file per contract with its ABI and
// creation bytecode. The bytes depend on the sources, the compiler and the
// settings below and on nothing else: paths and metadata stay out of them.

'use strict';

const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const solc = require('solc');

const contracts = ['CrynuxToken', 'Node', 'Task'];
const read = (...parts) => fs.readFileSync(path.join(__dirname, ...parts), 'utf8');

const settings = {
  optimizer: { enabled: true, runs: 200 },
  evmVersion: 'paris', // the newest that solc 0.8.18 knows; also runs before Shanghai
  metadata: { bytecodeHash: 'none' },
};

const sources = {};
const sha256 = {}; // so that a test can tell when a source was changed without a build
for (const file of fs.readdirSync(path.join(__dirname, 'src')).sort()) {
  sources[file] = { content: read('src', file) };
  sha256[file] = crypto.createHash('sha256').update(sources[file].content).digest('hex');
}
const input = {
  language: 'Solidity',
  sources,
  settings: { ...settings, outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } },
};
const output = JSON.parse(solc.compile(JSON.stringify(input), {
  import: (name) => ({ contents: read('node_modules', name) }),
}));

const problems = output.errors || [];
problems.forEach((problem) => console.error(problem.formattedMessage));
if (problems.length > 0) {
  process.exit(1); // warnings too: the sources compile without any
}

const folder = path.join(__dirname, 'artifacts');
fs.mkdirSync(folder, { recursive: true });
for (const name of contracts) {
  const compiled = output.contracts[`${name}.sol`][name];
  const artifact = {
    contract: name,
    compiler: solc.version(),
    settings,
    sha256,
    abi: compiled.abi,
    bytecode: `0x${compiled.evm.bytecode.object}`,
  };
  fs.writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(artifact, null, 2)}\n`);
}
