package relay_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/relay"
)

// A Relay that has not seen the task yet: the caller waits and asks again.
func Example() {
	key, _ := crypto.ToECDSA(crypto.Keccak256([]byte("a throw-away key")))
	params := relay.UploadParams{TaskArgs: `{"prompt":"a cat & a dog"}`, TaskID: 7}

	text, err := relay.SigningText(params, 1706000000)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s\n", text)
	digest := relay.Digest(text)
	signature, _ := crypto.Sign(digest[:], key)

	late := &carrier{status: 400, answer: []byte(
		`{"message":"validation_error","data":{"field_name":"task_id","message":"Task not found on the Blockchain"}}`)}
	client := relay.New("https://relay.example", late)
	err = client.Upload(context.Background(), params, relay.Signed{Timestamp: 1706000000, Signature: signature})

	if e, ok := errors.AsType[*relay.Error](err); ok {
		fmt.Println(e.Fault, e.Fault.Advice() == relay.Retry)
	}
	// Output:
	// {"task_args":"{\"prompt\":\"a cat \u0026 a dog\"}","task_id":7}1706000000
	// relay: not-synced true
}
