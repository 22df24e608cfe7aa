//go:build !js

package devchain

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/common/hexutil"
)

// walletNetwork is an entry of the wallet's list of networks.
type walletNetwork struct {
	name      string
	chain     WalletChain // nil: an empty chain
	forgotten bool        // not on the list until the page adds it
}

// knownNetworks are those MetaMask has from the start.
func knownNetworks() map[uint64]walletNetwork {
	return map[uint64]walletNetwork{
		1:        {name: "Ethereum Mainnet"},
		11155111: {name: "Sepolia"},
	}
}

// network returns the active network and its id.
func (w *Wallet) network() (uint64, walletNetwork) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.active, w.networks[w.active]
}

func hexID(id uint64) string { return hexutil.EncodeUint64(id) }

func (s *Site) chainID(context.Context, json.RawMessage) (any, error) {
	id, _ := s.wallet.network()
	return hexID(id), nil
}

func (s *Site) netVersion(context.Context, json.RawMessage) (any, error) {
	id, _ := s.wallet.network()
	return strconv.FormatUint(id, 10), nil
}

// forwarded are the methods that go to the network's RPC as they are.
var forwarded = map[string]bool{
	"eth_blockNumber": true, "eth_call": true, "eth_createAccessList": true,
	"eth_estimateGas": true, "eth_feeHistory": true, "eth_gasPrice": true,
	"eth_getBalance": true, "eth_getBlockByHash": true, "eth_getBlockByNumber": true,
	"eth_getBlockTransactionCountByHash": true, "eth_getBlockTransactionCountByNumber": true,
	"eth_getCode": true, "eth_getLogs": true, "eth_getProof": true, "eth_getStorageAt": true,
	"eth_getTransactionByBlockHashAndIndex": true, "eth_getTransactionByBlockNumberAndIndex": true,
	"eth_getTransactionByHash": true, "eth_getTransactionCount": true, "eth_getTransactionReceipt": true,
	"eth_maxPriorityFeePerGas": true, "eth_sendRawTransaction": true, "eth_syncing": true,
	"net_listening": true, "web3_clientVersion": true,
}

// read forwards one call to the active network.
func (s *Site) read(ctx context.Context, method string, params json.RawMessage) (json.RawMessage, error) {
	var args []any
	if !bytes.Equal(params, []byte("null")) {
		var list []json.RawMessage
		if err := json.Unmarshal(params, &list); err != nil {
			return nil, invalidParams("Invalid method parameter(s).")
		}
		for _, arg := range list {
			args = append(args, arg)
		}
	}
	_, network := s.wallet.network()
	if network.chain == nil {
		return emptyChain(method), nil
	}
	var result json.RawMessage
	if err := network.chain.Client().Client().CallContext(ctx, &result, method, args...); err != nil {
		return nil, rpcFailed(err)
	}
	return result, nil
}

// emptyChain answers for a network without accounts and contracts.
func emptyChain(method string) json.RawMessage {
	switch method {
	case "eth_call", "eth_getCode":
		return json.RawMessage(`"0x"`)
	case "eth_blockNumber", "eth_getBalance", "eth_getTransactionCount", "eth_gasPrice", "eth_maxPriorityFeePerGas":
		return json.RawMessage(`"0x0"`)
	case "eth_getLogs":
		return json.RawMessage(`[]`)
	case "eth_syncing":
		return json.RawMessage(`false`)
	}
	return json.RawMessage(`null`)
}

var chainIDPattern = regexp.MustCompile(`^0x[1-9a-f][0-9a-f]*$`)

// parseChainID reads the chainId of wallet_switchEthereumChain (EIP-3326) and
// wallet_addEthereumChain (EIP-3085).
func parseChainID(text string) (uint64, error) {
	lower := strings.ToLower(text)
	if !chainIDPattern.MatchString(lower) {
		return 0, invalidParams("Expected 0x-prefixed, unpadded, non-zero hexadecimal string 'chainId'. Received:\n%s", text)
	}
	// MetaMask's limit: (2^53-1) without what v = 2·id+36 needs.
	const maxSafe = 4503599627370476
	id, err := hexutil.DecodeUint64(lower)
	if err != nil || id > maxSafe {
		return 0, invalidParams("Invalid chain ID %q: numerical value greater than max safe value. Received:\n%s", lower, text)
	}
	return id, nil
}

// onlyObject returns the members of the single object a method takes.
func onlyObject(params json.RawMessage) (map[string]json.RawMessage, error) {
	var list []map[string]json.RawMessage
	if err := json.Unmarshal(params, &list); err != nil || len(list) == 0 || list[0] == nil {
		return nil, invalidParams("Expected single, object parameter. Received:\n%s", params)
	}
	return list[0], nil
}

// onlyKeys fails on members a method does not know.
func onlyKeys(object map[string]json.RawMessage, known ...string) error {
	var other []string
	for key := range object {
		if !slices.Contains(known, key) {
			other = append(other, key)
		}
	}
	if len(other) == 0 {
		return nil
	}
	slices.Sort(other)
	return invalidParams("Received unexpected keys on object parameter. Unsupported keys:\n%s", strings.Join(other, ","))
}

// memberText returns a string member, "" when it is missing or something else.
func memberText(object map[string]json.RawMessage, key string) string {
	var value string
	if json.Unmarshal(object[key], &value) != nil {
		return ""
	}
	return value
}

// switchChain is wallet_switchEthereumChain: null, or 4902 for an unknown chain.
func (s *Site) switchChain(ctx context.Context, params json.RawMessage) (any, error) {
	object, err := onlyObject(params)
	if err != nil {
		return nil, err
	}
	if err := onlyKeys(object, "chainId"); err != nil {
		return nil, err
	}
	id, err := parseChainID(memberText(object, "chainId"))
	if err != nil {
		return nil, err
	}
	w := s.wallet
	w.mu.Lock()
	active := w.active
	network, known := w.networks[id]
	w.mu.Unlock()
	if active == id {
		return nil, nil
	}
	if !known || network.forgotten {
		return nil, unknownChain(hexID(id))
	}
	return nil, s.confirmChain(ctx, Prompt{
		Kind: PromptSwitchChain, Method: "wallet_switchEthereumChain",
		Summary: "Switch to " + network.name,
		Facts:   []Fact{{"Chain id", fmt.Sprint(id)}},
	}, id)
}

// addChain is wallet_addEthereumChain: it adds the network and switches to it.
func (s *Site) addChain(ctx context.Context, params json.RawMessage) (any, error) {
	object, err := onlyObject(params)
	if err != nil {
		return nil, err
	}
	if err := onlyKeys(object, "chainId", "chainName", "blockExplorerUrls", "nativeCurrency", "rpcUrls", "iconUrls"); err != nil {
		return nil, err
	}
	id, err := parseChainID(memberText(object, "chainId"))
	if err != nil {
		return nil, err
	}
	rpcURL, err := firstRPC(object["rpcUrls"])
	if err != nil {
		return nil, err
	}
	name := memberText(object, "chainName")
	if name == "" {
		return nil, invalidParams("Expected non-empty string 'chainName'. Received:\n%s", object["chainName"])
	}
	symbol, err := currencySymbol(object["nativeCurrency"])
	if err != nil {
		return nil, err
	}
	w := s.wallet
	w.mu.Lock()
	network, known := w.networks[id]
	w.mu.Unlock()
	if known && !network.forgotten {
		params, err := json.Marshal([]map[string]string{{"chainId": hexID(id)}})
		if err != nil {
			return nil, err
		}
		return s.switchChain(ctx, params)
	}
	err = s.confirmChain(ctx, Prompt{
		Kind: PromptAddChain, Method: "wallet_addEthereumChain",
		Summary: "Add the network " + name,
		Facts:   []Fact{{"Chain id", fmt.Sprint(id)}, {"RPC", rpcURL}, {"Currency", symbol}},
		Warning: "A network of a dishonest page can lie about what you own.",
	}, id)
	if err != nil {
		return nil, err
	}
	return nil, nil
}

// confirmChain asks about a network, one question per origin at a time, and
// makes it the active one.
func (s *Site) confirmChain(ctx context.Context, p Prompt, id uint64) error {
	done, ok := s.alone(p.Method)
	if !ok {
		return alreadyPending(p.Method, s.origin)
	}
	defer done()
	w := s.wallet
	p.Account = w.Address()
	if _, err := s.confirm(ctx, p); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	network := w.networks[id]
	network.forgotten = false
	if network.name == "" {
		network.name = fmt.Sprintf("Chain %d", id)
	}
	w.networks[id] = network
	w.setActive(id)
	return nil
}

// firstRPC returns the first URL MetaMask would use: https, or loopback.
func firstRPC(raw json.RawMessage) (string, error) {
	var urls []string
	if json.Unmarshal(raw, &urls) == nil {
		for _, text := range urls {
			u, err := url.Parse(text)
			if err == nil && (u.Scheme == "https" || u.Hostname() == "localhost" || u.Hostname() == "127.0.0.1") {
				return text, nil
			}
		}
	}
	return "", invalidParams("Expected an array with at least one valid string HTTPS url 'rpcUrls', Received:\n%s", strings.Join(urls, ","))
}

func currencySymbol(raw json.RawMessage) (string, error) {
	var currency *struct {
		Symbol   string      `json:"symbol"`
		Decimals json.Number `json:"decimals"`
	}
	if len(raw) == 0 || json.Unmarshal(raw, &currency) != nil {
		return "", invalidParams("Expected null or object 'nativeCurrency'. Received:\n%s", raw)
	}
	switch {
	case currency == nil:
		return "UNKNOWN", nil
	case currency.Decimals != "18":
		return "", invalidParams("Expected the number 18 for 'nativeCurrency.decimals' when 'nativeCurrency' is provided. Received: %s", currency.Decimals)
	case currency.Symbol == "":
		return "", invalidParams("Expected a string 'nativeCurrency.symbol'. Received: %s", currency.Symbol)
	case len(currency.Symbol) > 6:
		return "", invalidParams("Expected 1-6 character string 'nativeCurrency.symbol'. Received:\n%s", currency.Symbol)
	}
	return currency.Symbol, nil
}

// watchAsset is wallet_watchAsset (EIP-747): params are the object itself,
// or a list of it.
func (s *Site) watchAsset(ctx context.Context, params json.RawMessage) (any, error) {
	type asset struct {
		Type    string `json:"type"`
		Options struct {
			Address  string `json:"address"`
			Symbol   string `json:"symbol"`
			Decimals int    `json:"decimals"`
		} `json:"options"`
	}
	var one asset
	if err := json.Unmarshal(params, &one); err != nil {
		var list []asset
		if err := json.Unmarshal(params, &list); err != nil || len(list) == 0 {
			return nil, invalidParams("Invalid method parameter(s).")
		}
		one = list[0]
	}
	if one.Type != "ERC20" {
		return nil, invalidParams("Asset of type %s not supported", one.Type)
	}
	if !addressPattern.MatchString(one.Options.Address) {
		return nil, invalidParams("Invalid address %q", one.Options.Address)
	}
	_, err := s.confirm(ctx, Prompt{
		Kind: PromptWatchAsset, Method: "wallet_watchAsset", Account: s.wallet.Address(),
		Summary: "Show the token " + one.Options.Symbol,
		Facts:   []Fact{{"Contract", one.Options.Address}, {"Decimals", fmt.Sprint(one.Options.Decimals)}},
	})
	if err != nil {
		return nil, err
	}
	return true, nil
}
