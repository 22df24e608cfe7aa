// Package taskwallet is what the page knows of the key it pays with: its name
// and record, the message it is made from, what it may sign, what it costs.
// The key itself is in package vault, which runs in the worker. § numbers are
// those of taskwallet.md.
//
// The key is the creator of tasks, because only the creator can sign for the
// Relay and people's wallets cannot make such signatures. No contract limits
// it: the balance is the only hard limit.
//
// Setting one up, and paying with it:
//
//	place, err := taskwallet.PlaceOf(href)
//	site, err := place.Site(configured)
//	message := taskwallet.Message{Owner: owner, Site: site, ChainID: 42}
//	params, err := message.Params() // for eth_signTypedData_v4; the signature goes to the worker
//
//	intent := taskwallet.Create{Kind: 0, TaskHash: hash, VRAM: 8, Fee: quoted}
//	signed, err := signer.SignTx(ctx, intent, nonce, gas, price) // signer: the worker's
//
// Every error is an [*Error] with a [Refusal]; nothing was signed then. The
// package is linked into the page, so there is no curve in it.
package taskwallet
