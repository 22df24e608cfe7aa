//go:build !js

// Package devrelay is the Relay of the development network: it answers as the public software of
// generation 1 did, in status and byte (protocol.md B), and has switches for everything that may go
// wrong. It shares no code with the client in package relay, so that it can be its oracle.
//
//	r, err := devrelay.New(devrelay.Options{
//		Chain: chain.Client(), Clock: chain.Clock(), Contracts: chain.Contracts(), // a devchain.Chain
//	})
//	go r.Run(ctx)           // follows the chain
//	http.Serve(listener, r) // answers
//
// Where the two recorded builds differ it answers as the main one did, built with the Go of January
// 2024; its JSON is the compact one of release mode.
package devrelay

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"crynux-dapp/chain/devchain"
)

// Clock is the network's clock. devchain.Clock is one.
type Clock interface {
	Now() time.Time
	// Sleep waits for d of network time; the error is that of ctx.
	Sleep(ctx context.Context, d time.Duration) error
}

// Options describe a Relay. Chain and Contracts must be set.
type Options struct {
	Chain     Chain
	Clock     Clock // nil = the machine's
	Contracts devchain.Contracts

	// StartBlock is the first block read when nothing was saved before. Tasks created in earlier
	// blocks stay unknown, and the success of such a task stops the sync for good.
	StartBlock uint64

	// Dir keeps the database over a restart; "" = in memory only. It must be empty or hold the
	// database of the same chain.
	Dir string

	// SchemaURL is the address of the schema folder as messages name it; "" = a made-up one.
	// Nothing is fetched from it.
	SchemaURL string

	// EIP191 also accepts personal_sign signatures over the same text, v being 0, 1, 27 or 28.
	// The public Relay refuses them.
	EIP191 bool

	// Debug indents the JSON of answers, as the Relay in debug mode does.
	Debug bool

	Log *slog.Logger // where a failing sync is told; nil = nowhere
}

// Relay is an http.Handler. Its methods may be called from many goroutines.
type Relay struct {
	options Options
	schemas argumentSchemas

	mu     sync.Mutex // guards the rest
	db     *database
	heads  []seenHead
	faults Faults
	counts map[string]int
}

// New makes a Relay and reads the database in Options.Dir, if there is one.
func New(o Options) (*Relay, error) {
	if o.Chain == nil {
		return nil, errors.New("devrelay: no chain")
	}
	if o.Clock == nil {
		o.Clock = machineClock{}
	}
	if o.SchemaURL == "" {
		o.SchemaURL = "http://relay.local/schema/"
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	schemas, err := compileSchemas(o.SchemaURL)
	if err != nil {
		return nil, err
	}
	db, err := openDatabase(o.Dir, o.StartBlock)
	if err != nil {
		return nil, err
	}
	return &Relay{options: o, schemas: schemas, db: db, counts: map[string]int{}}, nil
}

// now is the Relay's own clock: the network's, moved by the skew fault.
func (r *Relay) now() time.Time {
	return r.options.Clock.Now().Add(r.Faults().ClockSkew)
}

// machineClock is real time.
type machineClock struct{}

func (machineClock) Now() time.Time { return time.Now() }

func (machineClock) Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
