package runner

import (
	"bytes"
	"context"
	"errors"
	"strconv"

	"crynux-dapp/chain/taskwallet"
)

// settingsVersion is that of the records in the store of settings. They are written
// behind "v1 "; one without that is of version 0, which was the value alone. (Jobs and
// keys have their version inside; a file is known by the hash of its bytes.)
const settingsVersion = 1

// errNewer is a record of a newer version of this page. It is left as it is.
var errNewer = errors.New("runner: the record was written by a newer version of this page")

// Get reads one value. A setting of a newer version counts as none.
func (l leased) Get(ctx context.Context, store, key string) ([]byte, bool, error) {
	value, ok, err := l.Store.Get(ctx, store, key)
	if store != Settings || err != nil || !ok {
		return value, ok, err
	}
	value, newer := setting(value)
	return value, !newer, nil
}

// mine wants a setting not to be of a newer version. The error is errNewer.
func (l leased) mine(ctx context.Context, key string) error {
	before, ok, err := l.Store.Get(ctx, Settings, key)
	if err != nil || !ok {
		return err
	}
	if _, newer := setting(before); newer {
		return errNewer
	}
	return nil
}

// setAside counts the settings and keys that cannot be read and those of a newer
// version. They stay where they are.
func (r *Runner) setAside(ctx context.Context) (broken, newer int) {
	settings, _ := r.Store.All(ctx, Settings) // whoever needs one of them is told
	for _, record := range settings {
		if _, is := setting(record); is {
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

// setting is the value of a record, of this version or an earlier one; newer tells
// that it is of a later one.
func setting(record []byte) (value []byte, newer bool) {
	head, value, ok := bytes.Cut(record, []byte(" "))
	n, err := strconv.ParseUint(string(bytes.TrimPrefix(head, []byte("v"))), 10, 16)
	switch {
	case !ok || err != nil || head[0] != 'v':
		return record, false
	case n > settingsVersion:
		return nil, true
	}
	return value, false
}

// versionedSetting is the record of a value.
func versionedSetting(value []byte) []byte {
	return append([]byte("v"+strconv.Itoa(settingsVersion)+" "), value...)
}
