//go:build !js

package devrelay

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"

	"github.com/corona10/goimagehash"
)

// formMemory is how much of a multipart body is kept in memory; the rest waits in temporary files.
const formMemory = bodyLimit

// uploadResults is POST /v1/inference_tasks/:task_id/results, for the result node. Unlike elsewhere a
// signature that cannot be decoded is an exception here.
func (r *Relay) uploadResults(w http.ResponseWriter, q *http.Request, path []string) error {
	in, files, err := bindResults(w, q, path[0])
	if q.MultipartForm != nil {
		defer q.MultipartForm.RemoveAll() //nolint:errcheck // temporary files of this request
	}
	if err != nil {
		return err
	}
	by, err := r.signers(signedTask{in.taskID}, in.timestamp, in.signature)
	if err != nil {
		return err
	}
	t, known := r.task(in.taskID)
	if !known {
		return &fieldError{"task_id", "Task not found"}
	}
	if t.Status != pendingResults {
		return &fieldError{"task_id", "Task not success"}
	}
	winner := t.resultOf()
	if winner == nil {
		return &fieldError{"task_id", "Task not ready"}
	}
	if !by.include(winner.Address) {
		return errSignerNotAllowed
	}
	if q.MultipartForm == nil {
		return errPanic // the files are taken from a form that is not there
	}
	contents, err := readFiles(files)
	if err != nil {
		return err
	}
	hashes, err := t.hashResults(contents)
	if err != nil {
		return err
	}
	if !bytes.Equal(hashes, winner.Result) {
		return &fieldError{"images", "Wrong images uploaded"}
	}
	if err := r.storeResults(in.taskID, contents); err != nil {
		return err
	}
	return r.succeed(w, nil)
}

// bindResults reads the signed fields of an upload, which may be a form or JSON, and the file parts
// called images.
func bindResults(w http.ResponseWriter, q *http.Request, taskID string) (in signedInput, files []*multipart.FileHeader, err error) {
	switch contentType(q) {
	case "application/json":
		var fields struct {
			Timestamp int64  `json:"timestamp"`
			Signature string `json:"signature"`
		}
		if err := bindJSON(w, q, &fields); err != nil {
			return in, nil, err
		}
		in.timestamp, in.signature = fields.Timestamp, fields.Signature
	case "multipart/form-data":
		q.Body = http.MaxBytesReader(w, q.Body, bodyLimit)
		if err := q.ParseMultipartForm(formMemory); err != nil {
			return in, nil, &fieldError{"", err.Error()}
		}
		files = q.MultipartForm.File["images"]
		in.signature = q.PostFormValue("signature")
		if text := q.PostFormValue("timestamp"); text != "" {
			if in.timestamp, err = parseInt(text, ""); err != nil {
				return in, nil, err
			}
		}
	}
	if in.taskID, err = parseTaskID(taskID); err != nil {
		return in, nil, err
	}
	return in, files, in.missing("timestamp", "signature")
}

func readFiles(headers []*multipart.FileHeader) ([][]byte, error) {
	var contents [][]byte
	for _, header := range headers {
		file, err := header.Open()
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(file) // bounded by the body's limit
		file.Close()
		if err != nil {
			return nil, err
		}
		contents = append(contents, content)
	}
	return contents, nil
}

// hashResults makes the result bytes the contract compares (protocol.md A.4).
func (t *record) hashResults(files [][]byte) ([]byte, error) {
	var hashes []byte
	for _, file := range files {
		if t.isGPT() {
			sum := sha256.Sum256(file)
			hashes = append(hashes, sum[:]...)
			continue
		}
		picture, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			return nil, err
		}
		hash, err := goimagehash.PerceptionHash(picture)
		if err != nil {
			return nil, err
		}
		hashes = binary.BigEndian.AppendUint64(hashes, hash.GetHash())
	}
	return hashes, nil
}

// storeResults keeps the files unless the task changed while they were hashed.
func (r *Relay) storeResults(taskID uint64, files [][]byte) error {
	now, stored := r.now(), r.options.Clock.Now()

	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.db.tasks[taskID]
	if t.Status != pendingResults {
		return &fieldError{"task_id", "Task not success"}
	}
	t.Results, t.StoredAt, t.UpdatedAt = files, now, now
	t.Status, t.Times.ResultsUploaded = resultsUploaded, stored
	return r.db.saveTask(t)
}

// downloadResult is GET /v1/inference_tasks/:task_id/results/:image_num, for the creator.
func (r *Relay) downloadResult(w http.ResponseWriter, q *http.Request, path []string) error {
	in, err := bindSigned(q, path[0])
	if err != nil {
		return err
	}
	if err := in.missing("Timestamp", "Signature"); err != nil {
		return err
	}
	by, err := r.checkSigners(signedResult{path[1], in.taskID}, in.timestamp, in.signature)
	if err != nil {
		return err
	}
	t, known := r.task(in.taskID)
	if !known {
		return &fieldError{"task_id", "Task not found"}
	}
	if !by.include(t.Creator) {
		return errSignerNotAllowed
	}
	if t.Status != resultsUploaded {
		return &fieldError{"task_id", "Task results not uploaded"}
	}
	for i, file := range t.Results {
		if path[1] == strconv.Itoa(i) {
			t.serveResult(w, q, path[1], file)
			return nil
		}
	}
	return &fieldError{"image_num", "File not found"}
}

func (t *record) serveResult(w http.ResponseWriter, q *http.Request, name string, file []byte) {
	name += ".png"
	if t.isGPT() {
		name = name[:len(name)-len(".png")] + ".json"
	}
	header := w.Header()
	header.Set("Content-Description", "File Transfer")
	header.Set("Content-Transfer-Encoding", "binary")
	header.Set("Content-Disposition", "attachment; filename="+name)
	header.Set("Content-Type", "application/octet-stream")
	http.ServeContent(&resultWriter{ResponseWriter: w, modified: t.StoredAt}, q, "", t.StoredAt, bytes.NewReader(file))
}
