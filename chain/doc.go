// Package chain talks to the blockchain of a Crynux network: it asks wallets
// (EIP-1193), reads nodes (JSON-RPC in batches), and knows the token, Node and
// Task contracts of generation 1 (protocol.md, part A).
//
// Reading needs RPC endpoints and the addresses of the contracts, paying
// needs a wallet:
//
//	endpoints := chain.NewEndpoints(chainID, urls, fetch, clock, rand.Float64)
//	client := chain.NewClient(endpoints, contracts)
//	ready, err := client.Preflight(ctx, account, kind, vram)
//
//	hash, err := chain.SendTransaction(ctx, wallet, contracts.CreateTask(account, kind, taskHash, vram))
//
// Foreign error codes and texts are translated here and nowhere above: callers
// use errors.Is with the Err and Revert values of this package, and errors.As
// with *RevertError. Amounts are uint256.Int in base units (10^-18 of a coin).
//
// The package is linked into the page, so it uses neither net/http nor the
// heavy parts of go-ethereum; whoever makes the RPC brings the Transport.
package chain
