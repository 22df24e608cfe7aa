package chain

import "context"

// Estimate tries a transaction without sending it and returns a gas limit: the
// node's estimate and a quarter more, because nodes are drawn from the hash of
// a later block (protocol.md G; 585 623 to 755 452 gas were seen for
// createTask). One request.
//
// A *RevertError tells why the contract would refuse it now; createTask
// reverts before it is approved.
func (c *Client) Estimate(ctx context.Context, tx Tx) (gas uint64, err error) {
	var r reads
	r.add(func(r Result) error { return r.Err }, "eth_call", tx.params(), "latest")
	r.add(into(&gas, parseUint64), "eth_estimateGas", tx.params())
	if err := r.run(ctx, c.reader); err != nil {
		return 0, err
	}
	return gas + gas/4, nil
}
