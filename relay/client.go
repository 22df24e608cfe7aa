package relay

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of one exchange, in bytes.
const (
	maxRequest = 32 << 20 // the Relay reads no more
	maxFile    = 32 << 20 // one result
	maxTask    = 16 << 20 // a task echoes its arguments
	maxSmall   = 64 << 10 // everything else
)

// maxWait is the longest exchange; a picture of several MB over a slow line fits.
const maxWait = 2 * time.Minute

// Client asks one Relay. Each method makes exactly one request and returns an
// [*Error] when it fails; to repeat is up to the caller, and always safe.
// A ctx that ends shows as Unreachable with the error of ctx inside.
type Client struct {
	base string // without a slash at the end; "" is unusable
	t    Transport
}

// New returns a client for the Relay at base, an http or https address with or
// without a path. With any other base every call fails with [WrongAddress].
func New(base string, t Transport) *Client {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" ||
		u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return &Client{t: t}
	}
	return &Client{base: strings.TrimRight(u.String(), "/"), t: t}
}

// Upload brings the arguments of a task to the Relay. nil means that the nodes
// can fetch them.
func (c *Client) Upload(ctx context.Context, p UploadParams, s Signed) (err error) {
	defer name(&err, "upload")
	if !utf8.ValidString(p.TaskArgs) {
		return &Error{Fault: Rejected, Field: "task_args", Err: ErrNotUTF8}
	}
	signature, err := s.text()
	if err != nil {
		return err
	}
	body, err := json.Marshal(struct {
		UploadParams
		Timestamp int64  `json:"timestamp"`
		Signature string `json:"signature"`
	}{p, s.Timestamp, signature})
	if err != nil {
		return &Error{Fault: Rejected, Err: err}
	}
	if len(body) > maxRequest {
		return &Error{Fault: TooLarge, Text: fmt.Sprintf("%d bytes", len(body))}
	}
	post := func(ctx context.Context, url string, limit int) (int, []byte, string, error) {
		if t, ok := c.t.(Pacer); ok {
			return t.PostJSONPaced(ctx, url, body, limit)
		}
		status, answer, err := c.t.PostJSON(ctx, url, body, limit)
		return status, answer, "", err
	}
	limit := len(body) + maxSmall // the answer echoes the arguments
	got, err := c.exchange(ctx, "/v1/inference_tasks", nil, limit, post)
	if err != nil {
		return err
	}
	return got.read(decode(got.status, got.answer, nil))
}

// Task asks where a task is.
func (c *Client) Task(ctx context.Context, p TaskParams, s Signed) (_ Task, err error) {
	defer name(&err, "task")
	got, err := c.get(ctx, taskPath(p.TaskID), s, maxTask)
	if err != nil {
		return Task{}, err
	}
	var data taskData
	if err := got.read(decode(got.status, got.answer, &data)); err != nil {
		return Task{}, err
	}
	task, err := data.task(p.TaskID)
	if err != nil {
		return Task{}, garbled(got.status, err)
	}
	return task, nil
}

// Result downloads one result: the PNG of a picture, or the JSON text of an
// answer. The bytes are as they came; package proof compares them with the chain.
func (c *Client) Result(ctx context.Context, p ResultParams, s Signed) (_ []byte, err error) {
	defer name(&err, "result")
	if _, err := strconv.ParseUint(p.ImageNum, 10, 64); err != nil { // no such file, and it could bend the path
		return nil, &Error{Fault: FileMissing, Field: "image_num", Text: "not a number"}
	}
	got, err := c.get(ctx, taskPath(p.TaskID)+"/results/"+p.ImageNum, s, maxFile)
	if err != nil {
		return nil, err
	}
	file, err := decodeFile(got.status, got.answer)
	return file, got.read(err)
}

// Nodes are the numbers of nodes in the network.
type Nodes struct{ All, Available uint64 }

// Nodes asks for the numbers of nodes. It needs no signature, so it is also
// the way to see whether a Relay answers at all.
func (c *Client) Nodes(ctx context.Context) (_ Nodes, err error) {
	defer name(&err, "nodes")
	got, err := c.exchange(ctx, "/v1/network/nodes/number", nil, maxSmall, c.fetch)
	if err != nil {
		return Nodes{}, err
	}
	var data struct {
		All       *uint64 `json:"all_nodes"`
		Available *uint64 `json:"available_nodes"`
	}
	if err := got.read(decode(got.status, got.answer, &data)); err != nil {
		return Nodes{}, err
	}
	if data.All == nil || data.Available == nil {
		return Nodes{}, garbled(got.status, errors.New("incomplete numbers"))
	}
	return Nodes{All: *data.All, Available: *data.Available}, nil
}

func taskPath(id uint64) string {
	return "/v1/inference_tasks/" + strconv.FormatUint(id, 10)
}

// get makes one signed GET.
func (c *Client) get(ctx context.Context, path string, s Signed, limit int) (got exchanged, err error) {
	signature, err := s.text()
	if err != nil {
		return got, err
	}
	query := url.Values{"timestamp": {strconv.FormatInt(s.Timestamp, 10)}, "signature": {signature}}
	return c.exchange(ctx, path, query, limit, c.fetch)
}

// fetch is Get of the transport.
func (c *Client) fetch(ctx context.Context, url string, limit int) (int, []byte, string, error) {
	if t, ok := c.t.(Pacer); ok {
		return t.GetPaced(ctx, url, limit)
	}
	status, answer, err := c.t.Get(ctx, url, limit)
	return status, answer, "", err
}

// exchanged is what came back.
type exchanged struct {
	status int
	answer []byte
	wait   string // the header Retry-After
}

// read adds to an error of what came back how long the Relay wants to be left alone.
func (x exchanged) read(err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		e.wait = x.wait
	}
	return err
}

// exchange lets do carry one request and checks what came back as far as it is
// the same for all.
func (c *Client) exchange(ctx context.Context, path string, query url.Values, limit int,
	do func(ctx context.Context, url string, limit int) (int, []byte, string, error)) (exchanged, error) {
	if c.base == "" {
		return exchanged{}, &Error{Fault: WrongAddress, Text: "not an http or https address"}
	}
	address := c.base + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	ctx, cancel := context.WithTimeout(ctx, maxWait)
	defer cancel()
	status, answer, wait, err := do(ctx, address, limit)
	if err != nil {
		return exchanged{}, &Error{Fault: Unreachable, Err: withoutSecret{err, query.Get("signature")}}
	}
	if len(answer) > limit {
		return exchanged{}, garbled(status, fmt.Errorf("answer of more than %d bytes", limit))
	}
	return exchanged{status, answer, wait}, nil
}

// text returns the signature as the Relay reads it, or an error with the fault
// SignatureInvalid.
func (s Signed) text() (string, error) {
	sig, err := NormalizeSignature(s.Signature)
	if err != nil {
		return "", &Error{Fault: SignatureInvalid, Err: err}
	}
	return "0x" + hex.EncodeToString(sig), nil
}

// withoutSecret hides a signature in the text of an error: errors of transports
// tend to quote the address, and for a minute whoever reads a signed address
// can download the result (protocol.md G 32).
type withoutSecret struct {
	error
	secret string
}

func (e withoutSecret) Error() string {
	if e.secret == "" {
		return e.error.Error()
	}
	return strings.ReplaceAll(e.error.Error(), e.secret, "…")
}

func (e withoutSecret) Unwrap() error { return e.error }

// name puts the name of the call into an error that leaves the package.
func name(err *error, call string) {
	if e, ok := errors.AsType[*Error](*err); ok {
		e.Call = call
	}
}
