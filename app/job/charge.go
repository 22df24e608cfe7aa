package job

import "fmt"

// Charge is what something outside of a job may have cost, where no figures tell.
type Charge string

// What it may have cost.
const (
	ChargedNothing  Charge = ""
	ChargedGas      Charge = "gas"       // a transaction was mined and failed
	ChargedPerhaps  Charge = "perhaps"   // a transfer may be on its way
	ChargedGasCoins Charge = "gas-coins" // the coins for gas have arrived, and nothing else was sent
	ChargedCNX      Charge = "cnx"       // the CNX were sent away, and the coins for gas were not
)

// ExplainPurse turns what kept the task wallet from something into words.
func ExplainPurse(f Fault, c Charge) Problem {
	p := explainFault(State{Phase: Failed, Fault: f})
	if f.Code == NotEnoughCNX { // for several tasks together
		p.Detail, p.Remedy = fmt.Sprintf("%s would be sent, your account has %s.", CNX(f.Need), CNX(f.Have)), "Choose fewer tasks, or get CNX for your account."
	}
	if f.Code == TxReverted { // no task was paid for
		p = Problem{Title: "The transfer failed", Detail: f.Reason, Remedy: "Look at it in your wallet, then try again."}
	}
	text := "Nothing was charged."
	switch c {
	case ChargedGas:
		text = "Only gas was charged."
	case ChargedPerhaps:
		text = "It is not certain whether the transfer left your wallet. It is looked for before anything is sent again."
	case ChargedGasCoins:
		text = "The coins for gas have arrived. No CNX was sent."
	case ChargedCNX:
		text = "The CNX were sent, for a little gas. The coins for gas are still in the task wallet."
	}
	if p.Detail != "" {
		text = p.Detail + " " + text
	}
	p.Detail = text
	return p
}
