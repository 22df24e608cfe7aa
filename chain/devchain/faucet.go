//go:build !js

package devchain

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// What one visit to the faucet brings, in whole coins.
const (
	faucetNative = 1
	faucetCNX    = 1000
)

// faucetPatience is how long a visitor waits for the block, in real time: longer
// only when blocks are paused.
const faucetPatience = 30 * time.Second

// Faucet gives 1 native coin and 1000 CNX to whoever asks on this computer:
//
//	POST {"address": "0x…"}
//	200  {"address": "0x…", "native": "0x<transaction>", "cnx": "0x<transaction>"}
//
// The address is written in lower case or with the checksum of EIP-55. The coins
// are there when the answer arrives. Refusals are {"error": "…"} with 400 or 403.
type Faucet struct{ Chain *Chain }

type faucetRequest struct {
	Address string `json:"address"`
}

type faucetAnswer struct {
	Address common.Address `json:"address"`
	Native  common.Hash    `json:"native"`
	CNX     common.Hash    `json:"cnx"`
}

func (f Faucet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	allowAnyOrigin(w, r)
	switch {
	case r.Method == http.MethodOptions:
		w.WriteHeader(http.StatusNoContent)
		return
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", "POST, OPTIONS")
		refuse(w, http.StatusMethodNotAllowed, errors.New("the faucet is asked by POST"))
		return
	case !fromLoopback(r):
		refuse(w, http.StatusForbidden, errors.New("the faucet serves this computer only"))
		return
	}
	var request faucetRequest
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10)).Decode(&request); err != nil {
		refuse(w, http.StatusBadRequest, fmt.Errorf(`want {"address": "0x…"}: %w`, err))
		return
	}
	to, err := parseAddress(request.Address)
	if err != nil {
		refuse(w, http.StatusBadRequest, err)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), faucetPatience)
	defer cancel()
	receipts, err := f.Chain.fund(ctx, to, coins(faucetNative), coins(faucetCNX))
	if err != nil {
		refuse(w, http.StatusInternalServerError, err)
		return
	}
	writeJSON(w, http.StatusOK, faucetAnswer{to, receipts[0].TxHash, receipts[1].TxHash})
}

// parseAddress takes an address in lower case or with the checksum of EIP-55, so
// that a mistyped one is not funded.
func parseAddress(text string) (common.Address, error) {
	if !strings.HasPrefix(text, "0x") || !common.IsHexAddress(text) {
		return common.Address{}, fmt.Errorf("%q is no address: want 0x and 40 hex digits", text)
	}
	address := common.HexToAddress(text)
	if text != strings.ToLower(text) && text != address.Hex() {
		return common.Address{}, fmt.Errorf("%s has a wrong checksum: a letter or digit is not as it was", text)
	}
	if address == (common.Address{}) {
		return common.Address{}, errors.New("nobody owns the zero address")
	}
	return address, nil
}

func fromLoopback(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func refuse(w http.ResponseWriter, status int, err error) {
	writeJSON(w, status, struct {
		Error string `json:"error"`
	}{err.Error()})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // fails only when the visitor has left
}
