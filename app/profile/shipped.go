package profile

import "strings"

// shipped are the contracts of the networks that this page was made with, by the id
// in config.json, in lower case. The development network is missing: its contracts
// are those of whoever runs it.
var shipped = map[string]Contracts{
	"gen1-2024-01-17": {
		Token: "0x95e7e7ed5463ff482f61585605a0ff278e0e1ffb",
		Node:  "0x719f8f1e106bef85f2ffc1d23e86c9cbcb7ddb67",
		Task:  "0xd14f963b54deff1993ff7987954602c9593d36a4",
	},
	"gen1-2024-01-19": {
		Token: "0x95e7e7ed5463ff482f61585605a0ff278e0e1ffb",
		Node:  "0xb6decfd5d51a1157f7d6b7668274c6580a128601",
		Task:  "0xe625d0edc6a79cd23ef4ebb91be7574bf2451146",
	},
}

// Changed tells that a network has the id of a shipped one and other contracts:
// whoever hosts the page, or somebody who got at its files, has changed them.
func (t Text) Changed() bool {
	c := Contracts{strings.ToLower(t.Contracts.Token), strings.ToLower(t.Contracts.Node), strings.ToLower(t.Contracts.Task)}
	known, ok := shipped[t.ID]
	return ok && c != known
}
