//go:build !js

package devrelay

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/big"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/corona10/goimagehash"
	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/chain/devchain"
)

// scriptedChain is a chain whose blocks the test writes. It notes the block ranges it was asked for.
type scriptedChain struct {
	head   uint64
	logs   []types.Log
	vram   int64
	ranges []string
	err    error
}

func (c *scriptedChain) BlockNumber(context.Context) (uint64, error) { return c.head, c.err }

func (c *scriptedChain) FilterLogs(_ context.Context, q ethereum.FilterQuery) (found []types.Log, err error) {
	c.ranges = append(c.ranges, fmt.Sprintf("%d-%d", q.FromBlock, q.ToBlock))
	for _, log := range c.logs {
		if log.BlockNumber >= q.FromBlock.Uint64() && log.BlockNumber <= q.ToBlock.Uint64() {
			found = append(found, log)
		}
	}
	return found, c.err
}

func (c *scriptedChain) CallContract(context.Context, ethereum.CallMsg, *big.Int) ([]byte, error) {
	return taskTuple(c.vram), c.err
}

// bench is a Relay over a scripted chain, with the people of one task.
type bench struct {
	testing.TB
	relay   *Relay
	chain   *scriptedChain
	clock   *handClock
	creator *ecdsa.PrivateKey
	workers [3]*ecdsa.PrivateKey
}

const imageArguments = `{"base_model":"m","prompt":"a <cat> & \u2028 \"dog\"","task_config":{"num_images":2}}`

func newBench(t testing.TB, change ...func(*Options)) *bench {
	t.Helper()
	b := &bench{TB: t, chain: &scriptedChain{vram: 8}, clock: &handClock{now: time.Unix(1_800_000_000, 0)}}
	o := Options{Chain: b.chain, Clock: b.clock, Contracts: devchain.Contracts{Task: common.HexToAddress("0x7a5c")}}
	for _, f := range change {
		f(&o)
	}
	var err error
	if b.relay, err = New(o); err != nil {
		t.Fatal(err)
	}
	b.creator = testKey(t, "creator")
	for i := range b.workers {
		b.workers[i] = testKey(t, fmt.Sprint("worker ", i))
	}
	return b
}

func testKey(t testing.TB, name string) *ecdsa.PrivateKey {
	t.Helper()
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("devrelay test:" + name)))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func address(key *ecdsa.PrivateKey) common.Address { return crypto.PubkeyToAddress(key.PublicKey) }

// The bench's events go into a new block each.

func (b *bench) mine(log types.Log) {
	b.chain.head++
	log.BlockNumber = b.chain.head
	b.chain.logs = append(b.chain.logs, log)
}

func (b *bench) create(id, kind int64, args string) {
	hash := crypto.Keccak256Hash([]byte(args))
	for round, worker := range b.workers {
		b.mine(eventLog(b.TB, "TaskCreated", 0, []common.Address{address(b.creator), address(worker)},
			big.NewInt(id), big.NewInt(kind), hash, common.Hash{}, big.NewInt(int64(round))))
	}
}

func (b *bench) success(id int64, result []byte) {
	b.mine(eventLog(b.TB, "TaskSuccess", 0, []common.Address{address(b.workers[1])}, big.NewInt(id), result))
}

func (b *bench) abort(id int64) {
	b.mine(eventLog(b.TB, "TaskAborted", 0, nil, big.NewInt(id), "Task Cancelled"))
}

// sync lets the Relay read everything and fails the test if it cannot.
func (b *bench) sync() {
	b.Helper()
	if _, err := b.relay.follow(context.Background()); err != nil {
		b.Fatal(err)
	}
}

// raw signs text the way the Relay wants it.
func raw(text string, key *ecdsa.PrivateKey) []byte {
	sig, err := crypto.Sign(crypto.Keccak256([]byte(text)), key)
	if err != nil {
		panic(err) // a good key and 32 bytes
	}
	return sig
}

// personal signs text as personal_sign does; v is 27 or 28.
func personal(text string, key *ecdsa.PrivateKey) []byte {
	sig := raw(fmt.Sprintf("\x19Ethereum Signed Message:\n%d%s", len(text), text), key)
	sig[64] += 27
	return sig
}

func (b *bench) send(q *http.Request) (int, string) {
	recorder := httptest.NewRecorder()
	b.relay.ServeHTTP(recorder, q)
	return recorder.Code, recorder.Body.String()
}

// upload sends arguments signed by key over the right text.
func (b *bench) upload(id int64, args string, key *ecdsa.PrivateKey) (int, string) {
	quoted, err := json.Marshal(args) // escapes like the Relay
	if err != nil {
		b.Fatal(err)
	}
	now := b.clock.Now().Unix()
	text := fmt.Sprintf(`{"task_args":%s,"task_id":%d}%d`, quoted, id, now)
	return b.uploadSigned(id, args, now, raw(text, key))
}

func (b *bench) uploadSigned(id int64, args string, timestamp int64, sig []byte) (int, string) {
	body, err := json.Marshal(map[string]any{
		"task_args": args, "task_id": id, "timestamp": timestamp, "signature": "0x" + hex.EncodeToString(sig),
	})
	if err != nil {
		b.Fatal(err)
	}
	q := httptest.NewRequest("POST", "/v1/inference_tasks", bytes.NewReader(body))
	q.Header.Set("Content-Type", "application/json")
	return b.send(q)
}

// get sends a signed GET; the text is that of the endpoint.
func (b *bench) get(path, text string, key *ecdsa.PrivateKey) (int, string) {
	now := b.clock.Now().Unix()
	values := url.Values{
		"timestamp": {fmt.Sprint(now)},
		"signature": {"0x" + hex.EncodeToString(raw(text+fmt.Sprint(now), key))},
	}
	return b.send(httptest.NewRequest("GET", path+"?"+values.Encode(), nil))
}

func (b *bench) task(id int64, key *ecdsa.PrivateKey) (int, string) {
	return b.get(fmt.Sprintf("/v1/inference_tasks/%d", id), fmt.Sprintf(`{"task_id":%d}`, id), key)
}

func (b *bench) result(id int64, image string, key *ecdsa.PrivateKey) (int, string) {
	return b.get(fmt.Sprintf("/v1/inference_tasks/%d/results/%s", id, image),
		fmt.Sprintf(`{"image_num":%q,"task_id":%d}`, image, id), key)
}

// deliver uploads result files.
func (b *bench) deliver(id int64, files [][]byte, key *ecdsa.PrivateKey) (int, string) {
	now := b.clock.Now().Unix()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	must(form.WriteField("timestamp", fmt.Sprint(now)))
	must(form.WriteField("signature", "0x"+hex.EncodeToString(raw(fmt.Sprintf(`{"task_id":%d}%d`, id, now), key))))
	for i, file := range files {
		part, err := form.CreateFormFile("images", fmt.Sprint(i))
		must(err)
		_, err = part.Write(file)
		must(err)
	}
	must(form.Close())
	q := httptest.NewRequest("POST", fmt.Sprintf("/v1/inference_tasks/%d/results", id), &body)
	q.Header.Set("Content-Type", form.FormDataContentType())
	return b.send(q)
}

// testPicture is a small PNG that differs with seed, and its hash.
func testPicture(t testing.TB, seed int) (file, hash []byte) {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 64, 64))
	for x := range 64 {
		for y := range 64 {
			m.Set(x, y, color.Gray{Y: uint8((x*seed + y*y/(seed+1)) * 3)})
		}
	}
	var encoded bytes.Buffer
	if err := png.Encode(&encoded, m); err != nil {
		t.Fatal(err)
	}
	perception, err := goimagehash.PerceptionHash(m)
	if err != nil {
		t.Fatal(err)
	}
	return encoded.Bytes(), new(big.Int).SetUint64(perception.GetHash()).FillBytes(make([]byte, 8))
}

// finished brings task 1 to uploaded results, each step on its way checked.
func (b *bench) finished() (files [][]byte) {
	b.Helper()
	first, firstHash := testPicture(b.TB, 3)
	second, secondHash := testPicture(b.TB, 11)
	b.create(1, 0, imageArguments)
	b.sync()
	b.expect(200, `"status":1`)(b.upload(1, imageArguments, b.creator))
	b.success(1, append(firstHash, secondHash...))
	b.sync()
	b.expect(200, `{"message":"success"}`)(b.deliver(1, [][]byte{first, second}, b.workers[1]))
	return [][]byte{first, second}
}

// expect returns a check of an answer: its status and a part of its body.
func (b *bench) expect(status int, part string) func(int, string) {
	b.Helper()
	return func(gotStatus int, body string) {
		b.Helper()
		if gotStatus != status || !strings.Contains(body, part) {
			b.Errorf("got %d %.300s, want %d with %s", gotStatus, body, status, part)
		}
	}
}
