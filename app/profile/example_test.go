package profile_test

import (
	"encoding/json"
	"errors"
	"fmt"

	"crynux-dapp/app/profile"
)

func Example() {
	var text profile.Text
	if err := json.Unmarshal([]byte(`{"id":"dev","name":"Development","chainId":42,"rpc":["http://127.0.0.1:8545"],"relays":["http://127.0.0.1:8546"],
		"contracts":{"token":"0x95e7e7ed5463ff482f61585605a0ff278e0e1ffb","node":"0x719f8f1e106bef85f2ffc1d23e86c9cbcb7ddb67","task":"0xd14f963b54deff1993ff7987954602c9593d36a4"},
		"relaySignature":"raw","confirmations":1,"fee":"30.5"}`), &text); err != nil {
		fmt.Println(err)
	}
	n, err := text.Network()
	fmt.Println(n.Name, n.Coin, n.Fee.Dec(), err)
	fmt.Println(n.Text().Fee, n.Text().Contracts.Token)

	text.Relays = append(text.Relays, "ftp://relay.example")
	_, err = text.Network()
	var bad *profile.Error
	fmt.Println(errors.As(err, &bad), bad.Field, bad.Why)
	// Output:
	// Development ETH 30500000000000000000 <nil>
	// 30.5 0x95E7e7Ed5463Ff482f61585605a0ff278e0E1FFb
	// true relays[1] must be an http or https address
}
