// Package relay talks to the Crynux Relay of network generation 1: it brings
// the arguments of a paid task to the nodes and fetches their results.
//
// Every request about a task is signed by the account that sent createTask:
//
//	text, err := relay.SigningText(relay.ResultParams{ImageNum: "0", TaskID: id}, now)
//	// a signer makes ECDSA over relay.Digest(text)
//	image, err := client.Result(ctx, relay.ResultParams{ImageNum: "0", TaskID: id}, relay.Signed{Timestamp: now, Signature: sig})
//
// A failed call returns an [*Error]. Its Fault says what happened and
// Fault.Advice what helps; nobody above looks at an HTTP status or at the
// Relay's texts. The facts behind this package are protocol.md, part B.
package relay
