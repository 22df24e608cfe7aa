//go:build !js

package devchain

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"
)

// signature makes r‖s‖v with v 27 or 28, the same bytes every time (RFC 6979).
func signature(digest []byte, key *ecdsa.PrivateKey) (string, error) {
	signed, err := crypto.Sign(digest, key)
	if err != nil {
		return "", internalError(err.Error())
	}
	signed[64] += 27
	return hexutil.Encode(signed), nil
}

// stringParams reads the positional text parameters of a signing method.
func stringParams(params json.RawMessage, n int) ([]string, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(params, &list); err != nil || len(list) < n {
		return nil, invalidInput()
	}
	texts := make([]string, n)
	for i := range texts {
		if json.Unmarshal(list[i], &texts[i]) != nil {
			return nil, invalidParams("Invalid method parameter(s).")
		}
	}
	return texts, nil
}

// signDigest is eth_sign(address, digest) as MetaMask had it: the digest is
// signed as it is, without the EIP-191 prefix; or as others have it, with the prefix
// although nothing of it is shown (WalletPrefixing).
func (s *Site) signDigest(ctx context.Context, params json.RawMessage) (any, error) {
	texts, err := stringParams(params, 2)
	if err != nil {
		return nil, err
	}
	account, err := s.keyholder(texts[0])
	if err != nil {
		return nil, err
	}
	digest, err := hexutil.Decode(texts[1])
	if err != nil || len(digest) != 32 {
		return nil, invalidParams("eth_sign requires 32 byte message hash")
	}
	shown := hexutil.Encode(digest)
	s.wallet.mu.Lock()
	prefixing := s.wallet.mode == WalletPrefixing
	s.wallet.mu.Unlock()
	if prefixing {
		digest = accounts.TextHash(digest)
	}
	return s.confirmSignature(ctx, account, digest, Prompt{
		Kind: PromptDigest, Method: "eth_sign",
		Summary: "Sign a digest",
		Text:    shown,
		Warning: "Nobody can read what this number stands for. A dishonest page can empty the account this way.",
	})
}

// personalSign is personal_sign(data, address): EIP-191, with the prefix.
// Data is hex, or text as it is; the two may come in either order.
func (s *Site) personalSign(ctx context.Context, params json.RawMessage) (any, error) {
	texts, err := stringParams(params, 2)
	if err != nil {
		return nil, err
	}
	data, address := texts[0], texts[1]
	if addressPattern.MatchString(data) && !addressPattern.MatchString(address) {
		data, address = address, data
	}
	account, err := s.keyholder(address)
	if err != nil {
		return nil, err
	}
	if data == "" {
		return nil, internalError(`Invalid message "data":  must be a valid string.`)
	}
	message := messageBytes(data)
	return s.confirmSignature(ctx, account, accounts.TextHash(message), Prompt{
		Kind: PromptMessage, Method: "personal_sign",
		Summary: "Sign a message",
		Text:    readable(message),
	})
}

var hexPattern = regexp.MustCompile(`^0x([0-9a-fA-F]{2})*$`)

// messageBytes are the bytes of a personal message: hex is decoded.
func messageBytes(data string) []byte {
	if hexPattern.MatchString(data) {
		return common.FromHex(data)
	}
	return []byte(data)
}

// readable shows bytes as text where they are text, else as hex.
func readable(message []byte) string {
	isText := utf8.Valid(message) && bytes.IndexFunc(message, func(r rune) bool {
		return unicode.IsControl(r) && !unicode.IsSpace(r)
	}) < 0
	if isText {
		return string(message)
	}
	return hexutil.Encode(message)
}

// signTypedData is eth_signTypedData_v4(address, data): EIP-712. Data is JSON
// text or the object itself.
func (s *Site) signTypedData(ctx context.Context, params json.RawMessage) (any, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(params, &list); err != nil || len(list) < 2 {
		return nil, invalidInput()
	}
	var address string
	if json.Unmarshal(list[0], &address) != nil {
		return nil, invalidParams("Invalid parameters: must provide an Ethereum address.")
	}
	account, err := s.keyholder(address)
	if err != nil {
		return nil, err
	}
	typed, err := parseTypedData(list[1])
	if err != nil {
		return nil, err
	}
	active, _ := s.wallet.network()
	if id := typed.Domain.ChainId; id != nil {
		if domain := (*big.Int)(id); domain.Cmp(new(big.Int).SetUint64(active)) != 0 {
			return nil, internalError(fmt.Sprintf("Provided chainId \"%d\" must match the active chainId \"%d\"", domain, active))
		}
	}
	digest, _, err := apitypes.TypedDataAndHash(typed)
	if err != nil {
		return nil, internalError(err.Error())
	}
	return s.confirmSignature(ctx, account, digest, Prompt{
		Kind: PromptTypedData, Method: "eth_signTypedData_v4",
		Summary: "Sign " + typed.PrimaryType,
		Facts:   domainFacts(typed.Domain),
		Text:    typedDataText(typed),
	})
}

func parseTypedData(raw json.RawMessage) (apitypes.TypedData, error) {
	var typed apitypes.TypedData
	var inner string
	if json.Unmarshal(raw, &inner) == nil {
		raw = json.RawMessage(inner)
	}
	if !json.Valid(raw) {
		return typed, internalError("Data must be passed as a valid JSON string.")
	}
	err := json.Unmarshal(raw, &typed)
	if err != nil || typed.Types == nil || typed.PrimaryType == "" || typed.Message == nil {
		return typed, internalError("Data must conform to EIP-712 schema. See https://git.io/fNtcx.")
	}
	if typed.Types["EIP712Domain"] == nil {
		typed.Types["EIP712Domain"] = []apitypes.Type{}
	}
	return typed, nil
}

func domainFacts(d apitypes.TypedDataDomain) []Fact {
	var facts []Fact
	add := func(label, value string) {
		if value != "" {
			facts = append(facts, Fact{label, value})
		}
	}
	add("For", d.Name)
	add("Version", d.Version)
	add("Contract", d.VerifyingContract)
	return facts
}

// typedDataText lays the message out as "name: value" lines, in the order of
// its type.
func typedDataText(typed apitypes.TypedData) string {
	var b strings.Builder
	writeTyped(&b, typed.Types, typed.PrimaryType, typed.Message, "")
	return strings.TrimSuffix(b.String(), "\n")
}

func writeTyped(b *strings.Builder, types apitypes.Types, name string, message map[string]any, indent string) {
	for _, field := range types[name] {
		if inner, ok := message[field.Name].(map[string]any); ok {
			fmt.Fprintf(b, "%s%s:\n", indent, field.Name)
			writeTyped(b, types, field.Type, inner, indent+"  ")
			continue
		}
		fmt.Fprintf(b, "%s%s: %v\n", indent, field.Name, message[field.Name])
	}
}

// confirmSignature asks, and signs the digest when the person agrees.
func (s *Site) confirmSignature(ctx context.Context, account common.Address, digest []byte, p Prompt) (any, error) {
	p.Account, p.Balance = account, s.balances(ctx, account)
	if _, err := s.confirm(ctx, p); err != nil {
		return nil, err
	}
	return signature(digest, s.wallet.keys[account])
}
