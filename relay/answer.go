package relay

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// HTTP statuses that mean something here. net/http is not imported for its
// names: it would be linked into the page.
const (
	statusOK               = 200
	statusBadRequest       = 400
	statusNotFound         = 404
	statusMethodNotAllowed = 405
	statusTimeout          = 408
	statusTooLarge         = 413
	statusTooEarly         = 425
	statusTooManyRequests  = 429
	statusInternalError    = 500
)

// envelope is the form of every JSON answer (protocol.md B.1).
type envelope struct {
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data"`
}

// decode reads a JSON answer into data; nil reads none. Whatever is not the
// expected success becomes an [*Error].
func decode(status int, body []byte, data any) error {
	if status != statusOK {
		return refusal(status, body)
	}
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return garbled(status, err)
	}
	if e.Message != "success" {
		return garbled(status, errors.New("message is not success"))
	}
	if data == nil {
		return nil
	}
	if len(e.Data) == 0 || string(e.Data) == "null" {
		return garbled(status, errors.New("answer has no data"))
	}
	if err := json.Unmarshal(e.Data, data); err != nil {
		return garbled(status, err)
	}
	return nil
}

// decodeFile reads a result. The Relay answers 200 without a body to some
// conditional requests, and proxies send pages: neither is a result. Whether
// the bytes are the right ones is for a comparison with the chain to say.
func decodeFile(status int, body []byte) ([]byte, error) {
	switch {
	case status != statusOK:
		return nil, refusal(status, body)
	case len(body) == 0:
		return nil, garbled(status, errors.New("empty file"))
	case isPage(body):
		return nil, garbled(status, errors.New("a page in HTML instead of a file"))
	}
	return body, nil
}

// refusal translates an answer that is not 200.
func refusal(status int, body []byte) *Error {
	switch {
	case status == statusNotFound, status == statusMethodNotAllowed, status >= 300 && status < 400:
		return &Error{Fault: WrongAddress, Status: status} // a Relay answers 404 to wrong routes only
	case status == statusTooLarge: // a proxy before the Relay
		return &Error{Fault: TooLarge, Status: status}
	case status == statusTimeout, status == statusTooEarly, status == statusTooManyRequests:
		return &Error{Fault: Unavailable, Status: status}
	case status >= statusInternalError:
		return exception(status, body)
	case status < 400:
		return garbled(status, errors.New("unexpected success"))
	case isPage(body):
		return garbled(status, errors.New("a page in HTML"))
	}
	if status != statusBadRequest {
		return &Error{Fault: Rejected, Status: status} // not by the Relay; the body may quote the signed address
	}
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return garbled(status, err)
	}
	if e.Message != "validation_error" {
		return &Error{Fault: Rejected, Status: status}
	}
	var v struct {
		Field   string `json:"field_name"`
		Message string `json:"message"`
	}
	if err := json.Unmarshal(e.Data, &v); err != nil {
		return garbled(status, err)
	}
	return validation(status, v.Field, v.Message)
}

// validation translates the refusal of one value (protocol.md B.1 to B.3). The
// messages are unique, the field names are not: they change with endpoint and
// build.
func validation(status int, field, message string) *Error {
	e := &Error{Fault: Rejected, Status: status, Field: excerpt(field), Text: excerpt(message)}
	switch message {
	case "Task not found on the Blockchain", "Task not found":
		e.Fault = NotSynced
	case "Task results not uploaded":
		e.Fault = ResultsMissing
	case "Task not ready":
		e.Fault = ArgumentsMissing
	case "Task already uploaded":
		e.Fault = AlreadyUploaded
	case "Invalid signature":
		e.Fault = SignatureInvalid
	case "Signer not allowed":
		e.Fault = SignerRefused
	case "Task hash mismatch":
		e.Fault = HashMismatch
	case "File not found":
		e.Fault = FileMissing
	case "http: request body too large":
		e.Fault = TooLarge
	default:
		if pointer, why, ok := schemaText(message); ok {
			e.Fault, e.Pointer, e.Text = SchemaViolation, excerpt(pointer), excerpt(why)
		}
	}
	return e
}

// exception translates a 5xx. Most are trouble of the Relay, but arguments that
// are not JSON end here too, as the bare text of a Go decoder, and so do
// signatures in an upload of results.
func exception(status int, body []byte) *Error {
	e := &Error{Fault: Unavailable, Status: status}
	var m envelope
	if json.Unmarshal(body, &m) != nil {
		return e // a page of a proxy, or the empty body of a panic
	}
	e.Text = excerpt(m.Message)
	if status != statusInternalError {
		return e
	}
	begins := func(prefix string) bool { return strings.HasPrefix(m.Message, prefix) }
	switch {
	case begins("invalid character "), begins("unexpected end of JSON input"),
		begins("json: cannot unmarshal number "): // beyond float64
		e.Fault = ArgumentsNotJSON
	case begins("invalid signature "), begins("encoding/hex: "):
		e.Fault = SignatureInvalid
	}
	return e
}

// schemaText takes pointer and reason out of
//
//	jsonschema: '<pointer>' does not validate with <schema>#<keyword path>: <why>
func schemaText(message string) (pointer, why string, ok bool) {
	rest, ok := strings.CutPrefix(message, "jsonschema: '")
	if !ok {
		return "", "", false
	}
	pointer, rest, ok = strings.Cut(rest, "' does not validate with ")
	if !ok {
		return "", "", false
	}
	_, why, ok = strings.Cut(rest, ": ")
	return pointer, why, ok
}

func garbled(status int, err error) *Error {
	return &Error{Fault: Garbled, Status: status, Err: err}
}

// isPage tells HTML and XML from what a Relay sends: neither JSON nor PNG
// begins with "<".
func isPage(body []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(body), []byte("<"))
}

// maxText bounds a foreign text in an error, in bytes.
const maxText = 500

// excerpt returns the beginning of a text from outside as valid UTF-8.
func excerpt(text string) string {
	if len(text) > maxText {
		return strings.ToValidUTF8(text[:maxText], "") + "…"
	}
	return strings.ToValidUTF8(text, "")
}
