//go:build !js

package devrelay

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
)

// relayClient is how a node speaks to the Relay.
type relayClient struct {
	url   string
	clock Clock
	http  *http.Client
}

// Limits of a node, in real time and bytes.
const (
	relayTimeout  = 30 * time.Second
	relayMaxReply = 64 << 20
)

// refusedError is an answer of the Relay other than 200.
type refusedError struct {
	status int
	text   string
}

func (e *refusedError) Error() string {
	return fmt.Sprintf("the Relay answers %d: %.200s", e.status, e.text)
}

// arguments asks for the arguments of a task (protocol.md B.3).
func (c relayClient) arguments(ctx context.Context, key *ecdsa.PrivateKey, task uint64) (string, error) {
	timestamp, signature, err := c.sign(key, task)
	if err != nil {
		return "", err
	}
	query := url.Values{"timestamp": {timestamp}, "signature": {signature}}
	body, err := c.do(ctx, http.MethodGet, c.taskURL(task)+"?"+query.Encode(), "", nil)
	if err != nil {
		return "", err
	}
	var answer struct {
		Data struct {
			Args string `json:"task_args"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return "", fmt.Errorf("the Relay's answer: %w", err)
	}
	return answer.Data.Args, nil
}

// upload hands in the results of a task, in their order (protocol.md B.3).
func (c relayClient) upload(ctx context.Context, key *ecdsa.PrivateKey, task uint64, files [][]byte, extension string) error {
	timestamp, signature, err := c.sign(key, task)
	if err != nil {
		return err
	}
	var form bytes.Buffer
	parts := multipart.NewWriter(&form)
	err = errors.Join(parts.WriteField("timestamp", timestamp), parts.WriteField("signature", signature))
	for i, file := range files {
		part, partErr := parts.CreateFormFile("images", strconv.Itoa(i)+extension)
		if partErr == nil {
			_, partErr = part.Write(file)
		}
		err = errors.Join(err, partErr)
	}
	if err := errors.Join(err, parts.Close()); err != nil {
		return err
	}
	_, err = c.do(ctx, http.MethodPost, c.taskURL(task)+"/results", parts.FormDataContentType(), &form)
	return err
}

func (c relayClient) taskURL(task uint64) string {
	return c.url + "/v1/inference_tasks/" + strconv.FormatUint(task, 10)
}

func (c relayClient) do(ctx context.Context, method, address, contentType string, body io.Reader) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, err
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, relayMaxReply))
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, &refusedError{response.StatusCode, string(text)}
	}
	return text, nil
}

// sign makes the signature of a node's requests: over keccak256 of the task id
// as JSON and the time, without any prefix, v being 0 or 1 (protocol.md B.5).
func (c relayClient) sign(key *ecdsa.PrivateKey, task uint64) (timestamp, signature string, err error) {
	timestamp = strconv.FormatInt(c.clock.Now().Unix(), 10)
	digest := crypto.Keccak256(fmt.Appendf(nil, `{"task_id":%d}%s`, task, timestamp))
	raw, err := crypto.Sign(digest, key)
	if err != nil {
		return "", "", fmt.Errorf("sign: %w", err)
	}
	return timestamp, hexutil.Encode(raw), nil
}
