package vault_test

import (
	"context"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/holiman/uint256"

	"crynux-dapp/chain/taskwallet"
	"crynux-dapp/chain/taskwallet/vault"
)

func Example() {
	// In the page the owner's wallet does this.
	wallet, _ := crypto.ToECDSA(crypto.Keccak256([]byte("crynux-dapp test owner")))
	message := taskwallet.Message{Owner: crypto.PubkeyToAddress(wallet.PublicKey), Site: "crynux.example.org", ChainID: 42}
	digest, _ := message.Digest()
	signature, _ := crypto.Sign(digest[:], wallet)

	key, err := vault.Derive(message, signature, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(key.Address(), key)

	signer, err := vault.Open(key, vault.Session{
		Record: taskwallet.Identity{
			V: taskwallet.Version, Kind: taskwallet.Derived,
			Owner: message.Owner, Site: message.Site, ChainID: message.ChainID, Address: key.Address(),
			Contracts: taskwallet.Contracts{Token: common.Address{1}, Node: common.Address{2}, Task: common.Address{3}},
		},
		Budget: *uint256.NewInt(150),
		Now:    time.Now,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	gwei := *uint256.NewInt(1e9)
	price := taskwallet.Price{Max: gwei, Shown: gwei}
	signed, err := signer.SignTx(context.Background(), taskwallet.Approve{Amount: *uint256.NewInt(30)}, 0, 60_000, price)
	fmt.Println(len(signed.Raw), err)

	price.Max = *uint256.NewInt(4e9)
	_, err = signer.SignTx(context.Background(), taskwallet.Approve{Amount: *uint256.NewInt(30)}, 0, 60_000, price)
	fmt.Println(err)
	// Output:
	// 0x7Ae8335324D9934Fc701819DCF6575b72e5f830F [secret]
	// 170 <nil>
	// task wallet: price-too-high: 4000000000 wei, 1000000000 confirmed
}
