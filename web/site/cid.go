//go:build !js

package site

import (
	"bytes"
	"context"
	"os"
	"path/filepath"

	"github.com/ipfs/boxo/chunker"
	"github.com/ipfs/boxo/ipld/merkledag"
	"github.com/ipfs/boxo/ipld/unixfs"
	"github.com/ipfs/boxo/ipld/unixfs/importer/balanced"
	"github.com/ipfs/boxo/ipld/unixfs/importer/helpers"
	"github.com/ipfs/go-cid"
	ipld "github.com/ipfs/go-ipld-format"
)

// How a folder is cut into blocks. Another choice gives the same folder another
// content id, so a CID says little without them.
const (
	chunkSize = 256 << 10 // bytes
	maxLinks  = 174       // of one block to others
)

// IPFSAdd is the command that gives a folder the content id of [CID]. Each flag
// says what other versions of the command may take for granted otherwise.
const IPFSAdd = "ipfs add --recursive --cid-version=1 --hash=sha2-256 --raw-leaves --chunker=size-262144 --max-file-links=174"

// CID is the content id of a folder in IPFS, version 1 in base32.
func CID(ctx context.Context, dir string) (string, error) {
	node, err := folderNode(ctx, dir)
	if err != nil {
		return "", err
	}
	return node.Cid().String(), nil
}

// folderNode is the block of a folder. A site has far fewer files than would make
// IPFS spread a folder over several blocks.
func folderNode(ctx context.Context, dir string) (ipld.Node, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	folder := unixfs.EmptyDirNode()
	if err := folder.SetCidBuilder(cidBuilder()); err != nil {
		return nil, err
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		of := fileNode
		if e.IsDir() {
			of = folderNode
		}
		child, err := of(ctx, path)
		if err != nil {
			return nil, err
		}
		if err := folder.AddNodeLink(e.Name(), child); err != nil {
			return nil, err
		}
	}
	return folder, nil
}

func fileNode(_ context.Context, path string) (ipld.Node, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	params := helpers.DagBuilderParams{Maxlinks: maxLinks, RawLeaves: true, CidBuilder: cidBuilder(), Dagserv: nowhere{}}
	builder, err := params.New(chunk.NewSizeSplitter(bytes.NewReader(content), chunkSize))
	if err != nil {
		return nil, err
	}
	return balanced.Layout(builder)
}

func cidBuilder() cid.Builder { return merkledag.V1CidPrefix() } // sha2-256

// nowhere keeps no blocks: only their ids are wanted.
type nowhere struct{ ipld.DAGService }

func (nowhere) Add(context.Context, ipld.Node) error       { return nil }
func (nowhere) AddMany(context.Context, []ipld.Node) error { return nil }
