//go:build !js

package chain

import (
	"errors"
	"strings"
	"testing"

	"github.com/holiman/uint256"
)

func TestL1Fee(t *testing.T) {
	const hex = "0x000000000000000000000000000000000000000000000000000000000000002a"
	for name, c := range map[string]struct {
		code, answer string
		want         uint64
		err          error
	}{
		"a chain by itself":     {`"result":"0x"`, `"result":"0x"`, 0, nil},
		"a chain on another":    {`"result":"0x6001"`, `"result":"` + hex + `"`, 42, nil},
		"an oracle of old":      {`"result":"0x6001"`, `"error":{"code":3,"message":"execution reverted"}`, 0, nil},
		"an answer of no words": {`"result":"0x6001"`, `"result":"0x2a"`, 0, ErrMalformed},
	} {
		t.Run(name, func(t *testing.T) {
			rpc, last := endpoint(t, 200, `[{"jsonrpc":"2.0","id":0,`+c.code+`},{"jsonrpc":"2.0","id":1,`+c.answer+`}]`)
			got, err := NewClient(rpc, Contracts{}).L1Fee(t.Context(), 130)
			var revert *RevertError
			switch {
			case name == "an oracle of old":
				if !errors.As(err, &revert) {
					t.Error(err)
				}
			case !errors.Is(err, c.err) || got != *uint256.NewInt(c.want):
				t.Errorf("%s, %v", got.Dec(), err)
			}
			if !strings.Contains(*last, "0x420000000000000000000000000000000000000f") || !strings.Contains(*last, "f1c7a58b") {
				t.Errorf("it asked %s", *last)
			}
		})
	}
}
