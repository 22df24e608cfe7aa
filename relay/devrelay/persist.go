//go:build !js

package devrelay

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
)

// The folder of a persisted database: sync.json, and tasks/<task id>.json with everything of a task,
// its result files included. Each file is replaced as a whole, so a crash leaves the old or the new.

type syncFile struct{ Synced uint64 }

// openDatabase reads the database in dir. A fresh one begins at startBlock.
func openDatabase(dir string, startBlock uint64) (*database, error) {
	db := &database{dir: dir, tasks: map[uint64]*record{}}
	if startBlock > 0 {
		db.synced = startBlock - 1
	}
	if dir == "" {
		return db, nil
	}
	if err := os.MkdirAll(filepath.Join(dir, "tasks"), 0o755); err != nil {
		return nil, err
	}
	var position syncFile
	switch err := loadJSON(filepath.Join(dir, "sync.json"), &position); {
	case err == nil:
		db.synced = position.Synced
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "tasks", "*.json"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		t := &record{}
		if err := loadJSON(file, t); err != nil {
			return nil, err
		}
		db.tasks[t.TaskID] = t
		db.lastRow = max(db.lastRow, t.ID)
		for _, s := range t.Selected {
			db.lastSelects = max(db.lastSelects, s.ID)
		}
	}
	return db, nil
}

// saveTask keeps a new or changed task.
func (db *database) saveTask(t *record) error {
	db.tasks[t.TaskID] = t
	if db.dir == "" {
		return nil
	}
	return saveJSON(filepath.Join(db.dir, "tasks", strconv.FormatUint(t.TaskID, 10)+".json"), t)
}

// savePosition keeps the last block read.
func (db *database) savePosition(block uint64) error {
	db.synced = block
	if db.dir == "" {
		return nil
	}
	return saveJSON(filepath.Join(db.dir, "sync.json"), syncFile{block})
}

func loadJSON(file string, into any) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}

func saveJSON(file string, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file+".new", data, 0o644); err != nil {
		return err
	}
	return os.Rename(file+".new", file)
}
