//go:build !js

package devrelay

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"testing"
)

// FuzzUpload sends any body to the upload of arguments: the answer is always one of the four kinds.
func FuzzUpload(f *testing.F) {
	f.Add([]byte(`{"task_args":"{}","task_id":1,"timestamp":1800000000,"signature":"0x00"}`), "application/json")
	f.Add([]byte(`{"task_args":"{}","task_id":1,"timestamp":1800000000,"signature":"a"}`), "application/json")
	f.Add([]byte(`task_id=1`), "application/x-www-form-urlencoded")
	f.Add([]byte(`[`), "application/json; charset=utf-8")
	f.Add([]byte(``), "")
	b := newBench(f)
	b.create(1, 0, imageArguments)
	b.sync()
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		q := httptest.NewRequest("POST", "/v1/inference_tasks", bytes.NewReader(body))
		q.Header.Set("Content-Type", contentType)
		status, answer := b.send(q)
		switch {
		case status == 500 && answer == "": // a panic of the real handlers
		case status == 400, status == 500:
			var m struct{ Message string }
			if err := json.Unmarshal([]byte(answer), &m); err != nil || m.Message == "" {
				t.Errorf("%d %q", status, answer)
			}
		default:
			t.Errorf("%d %q: nobody signed this", status, answer)
		}
	})
}
