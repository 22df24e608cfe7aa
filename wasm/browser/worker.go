//go:build js && wasm

package browser

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"syscall/js"

	"github.com/ethereum/go-ethereum/common"

	"crynux-dapp/wasm/worker/protocol"
)

// ErrWorkerDown is a second wasm that could not be loaded, or that crashed
// twice over one question.
var ErrWorkerDown = errors.New("the background program of this page does not run")

// WorkerError is a question that the second wasm could not answer, such as a
// picture that is no PNG. Message is for the console. What the task wallet
// refuses is a *taskwallet.Error instead.
type WorkerError struct {
	Op      string
	Message string
}

func (e *WorkerError) Error() string { return e.Op + ": " + e.Message }

// Worker runs the second wasm in a Web Worker: the heavy things that the first
// click does not need, and the key of the task wallet (see [Vault]). It is loaded
// with Start or the first question. Many questions may be on their way; after a
// crash it is started again.
//
// Where the browser or a policy refuses workers, the same program runs on the page's
// own thread and is asked by the same messages. Then the page stands still while it
// works, for longer than 50 ms with a large picture or the passphrase of an export,
// and there is no place for a key.
type Worker struct {
	mu      sync.Mutex
	running *runningWorker
	closed  bool
}

// Start loads the second wasm, so that the first question need not wait.
// Failing to is told by the questions.
func (w *Worker) Start() { _, _ = w.current() }

// Recover finds the account that signed digest. signature is r‖s‖v in 65 bytes
// with v 0, 1, 27 or 28.
func (w *Worker) Recover(ctx context.Context, digest common.Hash, signature []byte) (common.Address, error) {
	var ok protocol.RecoverOK
	err := w.ask(ctx, &ok, protocol.Recover, protocol.RecoverArgs{Digest: digest, Signature: signature})
	return ok.Address, err
}

// ImageHash is the perceptual hash of a PNG, as the nodes commit to it.
func (w *Worker) ImageHash(ctx context.Context, png []byte) (uint64, error) {
	var ok protocol.ImageHashOK
	err := w.ask(ctx, &ok, protocol.ImageHash, nil, png)
	return ok.Hash, err
}

// Close ends the second wasm for good: questions on their way and later ones fail.
func (w *Worker) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	if w.running != nil {
		w.running.end("closed")
	}
}

// ask puts a question whose answer depends on nothing else: to a new worker once
// more, if the first one died. One that was refused has not lived.
func (w *Worker) ask(ctx context.Context, ok any, op string, args any, data ...[]byte) error {
	var err error
	for deaths := 0; deaths < 2; {
		running, startErr := w.current()
		if startErr != nil {
			return fmt.Errorf("%s: %w", op, startErr)
		}
		if err = running.ask(ctx, ok, op, args, data...); !errors.Is(err, ErrWorkerDown) {
			return err
		}
		if !running.refused() {
			deaths++
		}
	}
	return err
}

// current is the worker that runs, or a new one. The error is ErrWorkerDown.
func (w *Worker) current() (*runningWorker, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil, fmt.Errorf("%w: closed", ErrWorkerDown)
	}
	if w.running != nil && !w.running.dead() {
		return w.running, nil
	}
	running, err := start(w.running)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrWorkerDown, err)
	}
	w.running = running
	return running, nil
}

// start starts the second wasm after its last life, nil for none: in a worker, or in
// the page once a worker was refused.
func start(last *runningWorker) (*runningWorker, error) {
	if last != nil && (last.inPage || last.refused()) {
		return startInPage()
	}
	running, err := startApart()
	if err == nil {
		return running, nil
	}
	running, err2 := startInPage()
	if err2 != nil {
		return nil, errors.Join(err, err2)
	}
	return running, nil
}

// answer is what came back for one question, as JSON text; down says why nothing
// will.
type answer struct {
	ok, failed string
	down       string
	data       js.Value // an ArrayBuffer beside the answer; undefined for none
}

// taker is an answer that has an ArrayBuffer beside it.
type taker interface{ take(buffer js.Value) }

// read reads the answer into ok. The errors are ErrWorkerDown, *taskwallet.Error
// and *WorkerError.
func (a answer) read(op string, ok any) error {
	switch {
	case a.down != "":
		return fmt.Errorf("%s: %w: %s", op, ErrWorkerDown, a.down)
	case a.failed == "":
		return json.Unmarshal([]byte(a.ok), ok)
	}
	var f protocol.Failure
	if err := json.Unmarshal([]byte(a.failed), &f); err != nil {
		return fmt.Errorf("%s: the worker's error: %w", op, err)
	}
	if refused := f.Refused(); refused != nil {
		return refused
	}
	return &WorkerError{Op: op, Message: f.Detail}
}

// runningWorker is one life of the second wasm.
type runningWorker struct {
	value  js.Value // a Worker, or what crynuxInPage of load.js returns
	inPage bool     // on the page's own thread
	stop   []func()

	mu      sync.Mutex
	settled chan struct{} // closed once it runs or never will
	up      bool          // it runs; in a worker it has said so
	ended   string        // why it is over; "" while it is not
	lastID  int
	waiting map[int]chan answer
}

// startApart starts it in a worker. Some browsers tell by the error that they refuse
// that, others by an event.
func startApart() (*runningWorker, error) {
	url := property(property(js.Global(), "crynuxBoot"), "worker") // text, or a TrustedScriptURL
	if !url.Truthy() {
		url = js.ValueOf("worker.js")
	}
	value, err := construct("Worker", url)
	if err != nil {
		return nil, err
	}
	return follow(&runningWorker{value: value})
}

// startInPage starts it on this thread.
func startInPage() (*runningWorker, error) {
	value, err := call(js.Global(), "crynuxInPage", "worker.wasm", text(property(js.Global(), "crynuxBoot"), "version"))
	if err != nil {
		return nil, err
	}
	r, err := follow(&runningWorker{value: value, inPage: true})
	if err != nil {
		return nil, err
	}
	r.isUp()
	if _, err := call(value, "start"); err != nil { // what it has said meanwhile comes now
		r.end(err.Error())
		return nil, err
	}
	return r, nil
}

// follow listens to one that was just started.
func follow(r *runningWorker) (*runningWorker, error) {
	r.settled, r.waiting = make(chan struct{}), make(map[int]chan answer)
	for event, f := range map[string]func(js.Value){
		"message": func(e js.Value) { r.answered(property(e, "data")) },
		"error":   func(e js.Value) { r.end("worker.js: " + text(e, "message")) },
	} {
		cancel, err := listen(r.value, event, f)
		if err != nil {
			r.end(err.Error())
			return nil, err
		}
		r.stop = append(r.stop, cancel)
	}
	return r, nil
}

// isUp notes that it runs.
func (r *runningWorker) isUp() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.up && r.ended == "" {
		r.up = true
		close(r.settled)
	}
}

// refused tells that it ended before it ran: a policy of the host or of the browser,
// or a worker.js that is not there.
func (r *runningWorker) refused() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended != "" && !r.up
}

func (r *runningWorker) dead() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended != ""
}

// end is the end of this worker and of every question to it.
func (r *runningWorker) end(why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended != "" {
		return
	}
	r.ended = why
	if !r.up {
		close(r.settled)
	}
	_, _ = call(r.value, "terminate") // it may be gone already
	for _, stop := range r.stop {
		stop()
	}
	for id, waiting := range r.waiting {
		delete(r.waiting, id)
		waiting <- answer{down: why}
	}
}

// ask sends one question and waits for its answer. data is copied; the copy is
// gone with the question. When ctx ends first the worker goes on, and its answer
// is dropped.
func (r *runningWorker) ask(ctx context.Context, ok any, op string, args any, data ...[]byte) error {
	buffers, err := newBuffers(data)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return r.askWith(ctx, ok, op, args, buffers)
}

// askWith is ask with ArrayBuffers, which are given away.
func (r *runningWorker) askWith(ctx context.Context, ok any, op string, args any, buffers []any) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	text, err := json.Marshal(args)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	id, waiting, err := r.register()
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	defer r.forget(id)
	message := map[string]any{"id": id, "op": op, "args": string(text), "data": buffers}
	if _, err := call(r.value, "postMessage", message, buffers); err != nil { // the buffers are moved
		return fmt.Errorf("%s: %w", op, err)
	}
	select {
	case a := <-waiting:
		if t, takes := ok.(taker); takes {
			t.take(a.data)
		}
		return a.read(op, ok)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// newBuffers copies bytes into ArrayBuffers.
func newBuffers(data [][]byte) ([]any, error) {
	buffers := make([]any, len(data))
	for i, b := range data {
		array, err := newBytes(b)
		if err != nil {
			return nil, err
		}
		buffers[i] = property(array, "buffer")
	}
	return buffers, nil
}

func (r *runningWorker) register() (id int, waiting chan answer, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended != "" {
		return 0, nil, fmt.Errorf("%w: %s", ErrWorkerDown, r.ended)
	}
	r.lastID++
	waiting = make(chan answer, 1) // the answer never waits for the asker
	r.waiting[r.lastID] = waiting
	return r.lastID, waiting, nil
}

func (r *runningWorker) forget(id int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.waiting, id)
}

// answered takes a message of the worker: {up} when it runs, {id, ok, error}, or {down}
// when its program could not start or has crashed.
func (r *runningWorker) answered(message js.Value) {
	r.isUp()
	if why := text(message, "down"); why != "" {
		r.end(why)
		return
	}
	id := number(message, "id")
	r.mu.Lock()
	defer r.mu.Unlock()
	if waiting, ok := r.waiting[id]; ok {
		delete(r.waiting, id)
		waiting <- answer{ok: text(message, "ok"), failed: text(message, "error"), data: property(message, "data")}
	}
}
