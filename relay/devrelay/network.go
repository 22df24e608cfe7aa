//go:build !js

package devrelay

import (
	"errors"
	"math/big"
	"net/http"

	"github.com/ethereum/go-ethereum/common"
)

// networkNumbers is GET /v1/network/nodes/number.
func (r *Relay) networkNumbers(w http.ResponseWriter, q *http.Request, _ []string) error {
	all, err := r.callNumber(q.Context(), r.options.Contracts.Node, "totalNodes")
	if err != nil {
		return err
	}
	available, err := r.callNumber(q.Context(), r.options.Contracts.Node, "availableNodes")
	if err != nil {
		return err
	}
	return r.succeed(w, struct {
		All       *big.Int `json:"all_nodes"`
		Available *big.Int `json:"available_nodes"`
	}{all, available})
}

// member is a node as the Relay lists it. Card and memory are the same constants for every node,
// whatever the chain says; the balance is a bare number in wei, beyond 2^53.
type member struct {
	Address    string   `json:"address"`
	CardModel  string   `json:"card_model"`
	VRAM       int      `json:"v_ram"`
	CNXBalance *big.Int `json:"cnx_balance"`
}

// maxMembers is the most that one request may ask for.
const maxMembers = 20

// networkData is GET /v1/network/nodes/data?start=&total=.
func (r *Relay) networkData(w http.ResponseWriter, q *http.Request, _ []string) error {
	start, total, err := bindRange(q)
	if err != nil {
		return err
	}
	data, err := r.call(q.Context(), r.options.Contracts.Node, "getAllNodeAddresses")
	if err != nil {
		return err
	}
	var addresses []common.Address
	if err := contracts.UnpackIntoInterface(&addresses, "getAllNodeAddresses", data); err != nil {
		return err
	}
	if start >= int64(len(addresses)) {
		return errors.New("start index out of range")
	}
	end := min(start+total, int64(len(addresses)))
	members := []member{}
	for _, address := range addresses[start:end] {
		balance, err := r.callNumber(q.Context(), r.options.Contracts.Token, "balanceOf", address)
		if err != nil {
			return err
		}
		members = append(members, member{address.Hex(), "NVIDIA RTX 4090", 24, balance})
	}
	return r.succeed(w, members)
}

func bindRange(q *http.Request) (start, total int64, err error) {
	values := q.URL.Query()
	if start, err = queryInt(values, "start", "Start"); err != nil {
		return 0, 0, err
	}
	if total, err = queryInt(values, "total", "Total"); err != nil {
		return 0, 0, err
	}
	switch {
	case start < 0:
		return 0, 0, &fieldError{"start", "min"}
	case total == 0:
		return 0, 0, required("total")
	case total < 0:
		return 0, 0, &fieldError{"total", "min"}
	case total > maxMembers:
		return 0, 0, &fieldError{"total", "max"}
	}
	return start, total, nil
}
