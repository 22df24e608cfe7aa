//go:build !js

package devchain

import (
	"embed"
	"encoding/json"
	"sync"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

// The contracts of generation 1 as this project wrote them: same ABI and same
// behaviour as protocol.md A describes. contracts/src holds the sources,
// contracts/build.sh makes the artefacts again.
//
//go:embed contracts/artifacts/*.json
var artifacts embed.FS

var (
	tokenArtifact = sync.OnceValue(func() *artifact { return readArtifact("CrynuxToken") })
	nodeArtifact  = sync.OnceValue(func() *artifact { return readArtifact("Node") })
	taskArtifact  = sync.OnceValue(func() *artifact { return readArtifact("Task") })
)

// TokenABI is the ABI of CrynuxToken (protocol.md A.2).
func TokenABI() *abi.ABI { return &tokenArtifact().abi }

// NodeABI is the ABI of Node (protocol.md A.6).
func NodeABI() *abi.ABI { return &nodeArtifact().abi }

// TaskABI is the ABI of Task (protocol.md A.3).
func TaskABI() *abi.ABI { return &taskArtifact().abi }

// TokenCode is the creation bytecode of CrynuxToken. The constructor takes
// nothing; the deployer gets the whole supply.
func TokenCode() []byte { return tokenArtifact().code }

// NodeCode is the creation bytecode of Node. The constructor takes the address
// of the token; append it with NodeABI().Pack("", token).
func NodeCode() []byte { return nodeArtifact().code }

// TaskCode is the creation bytecode of Task. The constructor takes the
// addresses of Node and token; append them with TaskABI().Pack("", node, token).
// Tasks work only after updateTaskContractAddress was called on Node.
func TaskCode() []byte { return taskArtifact().code }

type artifact struct {
	abi  abi.ABI
	code []byte
}

// readArtifact panics when an embedded file is broken: no caller could do
// anything about it, and the tests of this package read all three.
func readArtifact(name string) *artifact {
	text, err := artifacts.ReadFile("contracts/artifacts/" + name + ".json")
	if err != nil {
		panic(err)
	}
	var file struct {
		ABI      abi.ABI       `json:"abi"`
		Bytecode hexutil.Bytes `json:"bytecode"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		panic("devchain: artefact of " + name + ": " + err.Error())
	}
	return &artifact{abi: file.ABI, code: file.Bytecode}
}
