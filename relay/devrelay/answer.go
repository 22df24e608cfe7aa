//go:build !js

package devrelay

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// fieldError is a validation error: status 400 with the field's name.
type fieldError struct{ field, message string }

func (e *fieldError) Error() string { return e.field + ": " + e.message }

// errPanic stands for the places where the handlers of the real Relay panic: status 500, no body.
// Every other error is an exception: status 500 with its text.
var errPanic = errors.New("handler panics")

// message is the envelope of every JSON answer.
type message struct {
	Message string `json:"message"`
	Data    any    `json:"data,omitempty"`
}

type fieldAnswer struct {
	FieldName string `json:"field_name"`
	Message   string `json:"message"`
}

func (r *Relay) answerError(w http.ResponseWriter, err error) {
	var field *fieldError
	switch {
	case errors.As(err, &field):
		r.answerJSON(w, http.StatusBadRequest, message{"validation_error", fieldAnswer{field.field, field.message}})
	case errors.Is(err, errPanic):
		w.WriteHeader(http.StatusInternalServerError)
	default:
		r.answerJSON(w, http.StatusInternalServerError, message{Message: err.Error()})
	}
}

// succeed answers 200; data may be nil.
func (r *Relay) succeed(w http.ResponseWriter, data any) error {
	r.answerJSON(w, http.StatusOK, message{"success", data})
	return nil
}

func (r *Relay) answerJSON(w http.ResponseWriter, code int, m message) {
	text, err := json.Marshal(m)
	if r.options.Debug {
		text, err = json.MarshalIndent(m, "", "    ")
	}
	if err != nil {
		panic(err) // our own types
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_, _ = w.Write(text) // the client may be gone
}

func answerText(w http.ResponseWriter, code int, text string) {
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(code)
	_, _ = io.WriteString(w, text)
}

func answerGateway(w http.ResponseWriter, code int) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	_, _ = io.WriteString(w, gatewayPage)
}

// frontPage is where the real Relay has a page about itself and its documentation.
func (r *Relay) frontPage(w http.ResponseWriter, _ *http.Request, _ []string) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, "<!DOCTYPE html><html><head><title>Relay</title></head><body>"+
		"<h1>Relay of a development network</h1><p>It answers like a Crynux Relay of January 2024.</p></body></html>")
	return nil
}
