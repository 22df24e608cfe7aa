package view

import (
	"fmt"
	"strings"

	"github.com/holiman/uint256"

	"crynux-dapp/app/job"
)

// What is said before a payment. Each line says what is known in words; a line
// that is in the way says what is missing.

// What is said while the chain does not answer; downBeforeText where it did before.
const (
	downText       = "The blockchain does not answer"
	downBeforeText = "The blockchain does not answer: these figures are from before"
	downHelp       = "Trying again by itself; nothing is lost."
)

func priceLine(fee uint256.Int) string { return job.CNX(fee) + " for the task" }

func gasLine(gas, has uint256.Int, where string, n Network) string {
	switch {
	case gas.IsZero():
		return "Gas is free here"
	case has.Lt(&gas):
		return fmt.Sprintf("Gas costs up to %s, and %s has %s", coins(gas, n), where, coins(has, n))
	}
	return "Gas up to " + coins(gas, n)
}

func balanceLine(has, fee uint256.Int, where string) string {
	if has.Lt(&fee) {
		lack := new(uint256.Int).Sub(&fee, &has)
		return fmt.Sprintf("%s in %s: %s short", job.CNX(has), where, job.CNX(*lack))
	}
	return job.CNX(has) + " in " + where
}

func nodesLine(free uint64) string {
	if free < leastNodes {
		return fmt.Sprintf("%s for this kind of task, and three are needed", counted(int(free), "free node"))
	}
	return counted(int(min(free, 1e6)), "free node")
}

// skewLine compares the chain's clock with this device's, in seconds.
func skewLine(skew int64) string {
	switch {
	case skew > mostSkew:
		return "The clock of this device is " + seconds(skew*1000) + " behind the blockchain: the Relay will refuse its signatures"
	case skew < -mostSkew:
		return "The clock of this device is " + seconds(-skew*1000) + " ahead of the blockchain, or no block was made since"
	}
	return "Clock agrees"
}

// promptsLine announces what the wallet will ask for a task with some results.
func promptsLine(approve bool, results int) string {
	steps := []string{"pay", fmt.Sprintf("1 + %s", counted(results, "signature"))}
	total := 2 + results
	if approve {
		steps = append([]string{"approve"}, steps...)
		total++
	}
	return fmt.Sprintf("Your wallet will ask %d times: %s", total, strings.Join(steps, ", "))
}

const noPromptsLine = "No prompts: the task wallet pays"

// purseLine says what the task wallet needs before it can pay.
func purseLine(card purseCard) string {
	switch card {
	case purseLocked:
		return "The task wallet is locked"
	case purseRefused:
		return "There can be no task wallet at this address"
	}
	return "A task wallet is needed, and none is set up"
}

func chainLine(n Network) string { return "Your wallet is on another network than " + n.Name }

// unstoredLine warns before a payment where nothing is stored.
const unstoredLine = "This browser stores nothing for this page: if it is closed or loaded anew, a paid task and its result are forgotten."
