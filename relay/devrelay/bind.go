//go:build !js

package devrelay

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// bodyLimit is the largest body that is read, inclusive.
const bodyLimit = 32 << 20

// argumentsInput is the body of an upload of arguments, in the order in which missing fields are told.
type argumentsInput struct {
	TaskArgs  string `json:"task_args"`
	TaskID    uint64 `json:"task_id"`
	Timestamp int64  `json:"timestamp"`
	Signature string `json:"signature"`
}

func (in *argumentsInput) missing() error {
	switch {
	case in.TaskArgs == "":
		return required("task_args")
	case in.TaskID == 0:
		return required("task_id")
	case in.Timestamp == 0:
		return required("timestamp")
	case in.Signature == "":
		return required("signature")
	}
	return nil
}

func required(field string) error { return &fieldError{field, "required"} }

// bindArguments reads the body of an upload. Any body that is not called application/json is taken
// for a form, in which none of the fields is found.
func bindArguments(w http.ResponseWriter, q *http.Request) (argumentsInput, error) {
	var in argumentsInput
	if contentType(q) == "application/json" {
		if err := bindJSON(w, q, &in); err != nil {
			return in, err
		}
	}
	return in, in.missing()
}

// contentType is the media type of the body without its parameters, letter case kept.
func contentType(q *http.Request) string {
	value := q.Header.Get("Content-Type")
	if i := strings.IndexAny(value, " ;"); i >= 0 {
		value = value[:i]
	}
	return value
}

// bindJSON reads the first JSON value of the body; what follows it is ignored, and so is having none.
func bindJSON(w http.ResponseWriter, q *http.Request, into any) error {
	if q.ContentLength == 0 {
		return nil
	}
	err := json.NewDecoder(http.MaxBytesReader(w, q.Body, bodyLimit)).Decode(into)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil, errors.Is(err, io.EOF):
		return nil
	case errors.As(err, &wrong) && wrong.Field == "":
		return &fieldError{"", "json: cannot unmarshal " + wrong.Value +
			" into Go value of type inference_tasks.TaskInputWithSignature"}
	case errors.As(err, &wrong):
		return &fieldError{wrong.Field, "json: cannot unmarshal " + wrong.Value +
			" into Go struct field TaskInputWithSignature." + wrong.Field + " of type " + wrong.Type.String()}
	default:
		return &fieldError{"", err.Error()}
	}
}

// query reads one parameter; absent and empty are the same. name is how an error calls it.
func query(values url.Values, key, name string) (string, error) {
	if len(values[key]) > 1 {
		return "", &fieldError{name, "multiple values not supported"}
	}
	return values.Get(key), nil
}

// queryInt is query for a number; absent is 0.
func queryInt(values url.Values, key, name string) (int64, error) {
	text, err := query(values, key, name)
	if err != nil || text == "" {
		return 0, err
	}
	return parseInt(text, name)
}

func parseInt(text, name string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, &fieldError{name, err.Error()}
	}
	return n, nil
}

// parseTaskID reads the task id of a path. 0 counts as missing, which is told later.
func parseTaskID(text string) (uint64, error) {
	id, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, &fieldError{"TaskId", err.Error()}
	}
	return id, nil
}

// signedInput is what requests about one task carry besides their path.
type signedInput struct {
	taskID    uint64
	timestamp int64
	signature string
}

// bindSigned reads path and query of a signed GET.
func bindSigned(q *http.Request, taskID string) (signedInput, error) {
	var in signedInput
	var err error
	values := q.URL.Query()
	if in.timestamp, err = queryInt(values, "timestamp", "Timestamp"); err != nil {
		return in, err
	}
	if in.signature, err = query(values, "signature", "Signature"); err != nil {
		return in, err
	}
	in.taskID, err = parseTaskID(taskID)
	return in, err
}

// missing tells the first missing field. The download of results calls them by other names.
func (in *signedInput) missing(timestamp, signature string) error {
	switch {
	case in.taskID == 0:
		return required("task_id")
	case in.timestamp == 0:
		return required(timestamp)
	case in.signature == "":
		return required(signature)
	}
	return nil
}
