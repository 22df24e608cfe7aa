//go:build !js

package devchain

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// stateFile is what a chain keeps beside go-ethereum's own data. With no
// directory it keeps nothing.
type stateFile struct{ dir string }

// savedState is the content of the file.
type savedState struct {
	// ClockOffset is how far the network's time was ahead of the machine's, in
	// nanoseconds.
	ClockOffset time.Duration `json:"clockOffset"`

	ChainID uint64      `json:"chainId"`
	Code    common.Hash `json:"code"` // codeHash of the contracts that were deployed
}

func (f stateFile) path() string { return filepath.Join(f.dir, "devchain.json") }

// load returns what was saved for a chain like this one, the zero state when
// nothing was. A chain of another kind is an error: go-ethereum itself would go on
// with it, and every transaction would fail.
func (f stateFile) load(chainID uint64) (s savedState, err error) {
	if f.dir == "" {
		return s, nil
	}
	data, err := os.ReadFile(f.path())
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil {
		return s, fmt.Errorf("devchain: saved state: %w", err)
	}
	if s.ChainID != chainID || s.Code != codeHash() {
		return s, fmt.Errorf("devchain: %s holds a chain with another id or other contracts; remove it to start anew", f.dir)
	}
	return s, nil
}

// save replaces the file in one step.
func (f stateFile) save(s savedState) error {
	if f.dir == "" {
		return nil
	}
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	next := f.path() + ".new"
	if err := os.WriteFile(next, data, 0o600); err != nil {
		return fmt.Errorf("devchain: save state: %w", err)
	}
	if err := os.Rename(next, f.path()); err != nil {
		return fmt.Errorf("devchain: save state: %w", err)
	}
	return nil
}

func (c *Chain) saveState() error {
	if c.contracts == (Contracts{}) {
		return nil // never got far enough to have a state of its own
	}
	return c.state.save(savedState{
		ClockOffset: time.Until(c.clock.Now()),
		ChainID:     c.id.Uint64(),
		Code:        codeHash(),
	})
}
