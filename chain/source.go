package chain

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
)

const (
	// An endpoint that failed rests this long, twice as long each time in a row up to
	// the longest; by chance, down to half of it.
	firstRest   = 2 * time.Second
	longestRest = 2 * time.Minute
	// longestNamed is the most that a server may ask for.
	longestNamed = 5 * time.Minute
	// strikeTimeout is how long an endpoint that failed the last time may take for an
	// answer, where others wait for their turn.
	strikeTimeout = 5 * time.Second
	// lateBlocks is by how many blocks endpoints of one chain usually differ at most.
	lateBlocks = 8

	// mostAtOnce is how many requests one endpoint works on at a time; more wait. It is
	// fewer than the six connections that browsers open to one host.
	mostAtOnce = 4

	methodChainID = "eth_chainId"
)

// source is one of Endpoints, and how it is.
type source struct {
	rpc     *RPC
	busy    chan struct{} // one for each request under way
	checked bool          // it told the right chain id
	foreign *ForeignError // it told another one, and is never asked again
	strikes int           // failures in a row
	until   time.Time     // it rests so long
	named   bool          // the server itself named that time
	last    error         // why it rests
}

// enter waits until fewer than mostAtOnce requests are under way.
func (s *source) enter(ctx context.Context) error {
	select {
	case s.busy <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *source) leave() { <-s.busy }

func (s *source) well() { s.strikes, s.until, s.named, s.last = 0, time.Time{}, false, nil }

// strike notes a failure. Requests that ran at the same time failed together: seen
// is how many failures there were when the request began.
func (s *source) strike(seen int, why error, now time.Time, chance func() float64) {
	if s.strikes != seen {
		return
	}
	s.strikes, s.last = s.strikes+1, why
	if wait := waitIn(why, now); wait > 0 {
		s.named, s.until = true, now.Add(wait+time.Duration(chance()*float64(wait)/4))
		return
	}
	rest := longestRest
	if s.strikes <= 6 {
		rest = min(rest, firstRest<<(s.strikes-1))
	}
	s.named, s.until = false, now.Add(rest-time.Duration(chance()*float64(rest)/2))
}

// waitIn is how long a server wants to be left alone, at most longestNamed; 0 where
// it does not say. Infura says it in the error of a call.
// https://docs.metamask.io/services/how-to/avoid-rate-limiting/
func waitIn(err error, now time.Time) time.Duration {
	var wait time.Duration
	if busy, ok := errors.AsType[*busyError](err); ok {
		wait = retryAfter(busy.header, now)
	} else if said, ok := errors.AsType[*ProviderError](err); ok {
		var data struct {
			Rate struct {
				Backoff float64 `json:"backoff_seconds"`
			} `json:"rate"`
		}
		if json.Unmarshal(said.Data, &data) == nil && data.Rate.Backoff < longestNamed.Seconds() {
			wait = time.Duration(data.Rate.Backoff * float64(time.Second))
		}
	}
	return max(0, min(wait, longestNamed))
}

// retryAfter reads the header of that name: seconds, or a date (RFC 9110, 10.2.3).
// 0 for anything else.
func retryAfter(header string, now time.Time) time.Duration {
	header = strings.TrimSpace(header)
	if seconds, err := strconv.ParseUint(header, 10, 32); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := time.Parse("Mon, 02 Jan 2006 15:04:05 GMT", header); err == nil {
		return at.Sub(now)
	}
	return 0
}

// limits reports whether a call was refused because there were too many. Nodes say
// -32005 also of a search for logs that is too wide: callers ask for less then.
func limits(c Call, err error) bool {
	said, ok := errors.AsType[*ProviderError](err)
	if !ok || !errors.Is(err, ErrRateLimited) {
		return false
	}
	if c.Method == "eth_getLogs" && said.Code == -32005 {
		return errors.Is(classify(&ProviderError{Message: said.Message, Data: said.Data}), ErrRateLimited)
	}
	return true
}

// headIn is the newest block that the answers tell of; ok is false if they do not.
func headIn(calls []Call, results []Result) (head uint64, ok bool) {
	for i, c := range calls {
		switch params, _ := c.Params.([]any); {
		case c.Method == "eth_blockNumber":
			var n uint64
			if into(&n, parseUint64)(results[i]) == nil {
				head, ok = max(head, n), true
			}
		case c.Method == "eth_getBlockByNumber" && len(params) > 0 && params[0] == "latest":
			var b Block
			if into(&b, parseBlock)(results[i]) == nil {
				head, ok = max(head, b.Number), true
			}
		}
	}
	return head, ok
}
