package trial_test

import (
	"context"
	"fmt"
	"time"

	"crynux-dapp/app/profile"
	"crynux-dapp/app/trial"
	"crynux-dapp/relay"
)

// offline is a browser whose every request fails.
type offline struct{}

func (offline) PostJSON(context.Context, string, []byte, int) (int, []byte, error) {
	return 0, nil, relay.Unreachable
}

func (offline) Get(context.Context, string, int) (int, []byte, error) {
	return 0, nil, relay.Unreachable
}

func (offline) Now() time.Time { return time.Unix(0, 0) }

func Example() {
	n := profile.Network{ChainID: 42, RPC: []string{"https://rpc.example"}, Relays: []string{"https://relay.example"}}
	found := trial.Ports{HTTP: offline{}, Clock: offline{}}.Look(context.Background(), n)
	for _, f := range found {
		fmt.Println(f.Part, f.At, f.Verdict)
	}
	fmt.Println(found.Passed(true))
	// Output:
	// rpc https://rpc.example silent
	// relay https://relay.example silent
	// false
}
