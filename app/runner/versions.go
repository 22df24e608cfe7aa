package runner

import (
	"bytes"
	"context"
	"errors"
	"strconv"

	"crynux-dapp/chain/taskwallet"
)

// settingVersion is that of the records in the store of settings, which are written
// behind "v2 ". One without that is of version 0, which was the value alone. (Jobs and
// keys have their version inside; a file is known by the hash of its bytes.)
const settingVersion = 2

// upgraded is the value of a setting of an older version in today's form. One that
// cannot be read stays as it is. The networks alone have changed since version 0.
func upgraded(key string, value []byte) []byte {
	if key == ownKey {
		return ownOfV1(value)
	}
	return value
}

// errNewer is a record of a newer version of this page. It is left as it is.
var errNewer = errors.New("runner: the record was written by a newer version of this page")

// Get reads one value. A setting of a newer version counts as none.
func (l leased) Get(ctx context.Context, store, key string) ([]byte, bool, error) {
	value, ok, err := l.Store.Get(ctx, store, key)
	if store != Settings || err != nil || !ok {
		return value, ok, err
	}
	value, version := setting(value)
	switch {
	case version > settingVersion:
		return nil, false, nil
	case version < settingVersion:
		value = upgraded(key, value)
	}
	return value, true, nil
}

// mine wants a setting not to be of a newer version. The error is errNewer.
func (l leased) mine(ctx context.Context, key string) error {
	before, ok, err := l.Store.Get(ctx, Settings, key)
	if err != nil || !ok {
		return err
	}
	if _, version := setting(before); version > settingVersion {
		return errNewer
	}
	return nil
}

// setAside counts the settings and keys that cannot be read and those of a newer
// version. They stay where they are.
func (r *Runner) setAside(ctx context.Context) (broken, newer int) {
	settings, _ := r.Store.All(ctx, Settings) // whoever needs one of them is told
	for _, record := range settings {
		if _, version := setting(record); version > settingVersion {
			newer++
		}
	}
	keys, _ := r.Store.All(ctx, Keys)
	for _, record := range keys {
		switch _, err := taskwallet.DecodeRecord(record); {
		case taskwallet.IsNewer(record):
			newer++
		case err != nil:
			broken++
		}
	}
	return broken, newer
}

// setting is the value of a record, and its version.
func setting(record []byte) (value []byte, version uint64) {
	head, value, ok := bytes.Cut(record, []byte(" "))
	version, err := strconv.ParseUint(string(bytes.TrimPrefix(head, []byte("v"))), 10, 16)
	if !ok || err != nil || head[0] != 'v' {
		return record, 0
	}
	return value, version
}

// versionedSetting is the record of a value.
func versionedSetting(value []byte) []byte {
	return append([]byte("v"+strconv.Itoa(settingVersion)+" "), value...)
}
