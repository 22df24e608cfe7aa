//go:build !js

package devrelay

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestFaults(t *testing.T) {
	t.Run("down drops the connection", func(t *testing.T) {
		b := newBench(t)
		server := httptest.NewServer(b.relay)
		defer server.Close()
		b.relay.SetFaults(Faults{Down: true})
		if response, err := http.Get(server.URL); err == nil {
			response.Body.Close()
			t.Errorf("answered %s", response.Status)
		}
		b.relay.SetFaults(Faults{})
		response, err := http.Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if stats := b.relay.Stats(); stats["GET /"] < 2 {
			t.Errorf("counted %v", stats)
		}
	})
	t.Run("hang answers nothing until the caller gives up", func(t *testing.T) {
		b := newBench(t)
		server := httptest.NewServer(b.relay)
		defer server.Close()
		b.relay.SetFaults(Faults{Hang: true})
		ctx, giveUp := context.WithCancel(t.Context())
		q, err := http.NewRequestWithContext(ctx, "POST", server.URL+"/v1/inference_tasks", strings.NewReader(`{"task_id":1}`))
		if err != nil {
			t.Fatal(err)
		}
		over := make(chan error, 1)
		go func() {
			response, err := http.DefaultClient.Do(q)
			if err == nil {
				response.Body.Close()
			}
			over <- err
		}()
		for late := time.Now().Add(30 * time.Second); b.relay.Stats()["POST /v1/inference_tasks"] == 0; time.Sleep(time.Millisecond) {
			if time.Now().After(late) {
				t.Fatal("the request did not come")
			}
		}
		select {
		case err := <-over:
			t.Fatalf("it was answered: %v", err)
		default:
		}
		giveUp()
		if err := <-over; !errors.Is(err, context.Canceled) {
			t.Errorf("the end is %v", err)
		}
		b.relay.SetFaults(Faults{})
		response, err := http.Get(server.URL)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
	})
	t.Run("a gateway answers HTML that a page may read", func(t *testing.T) {
		b := newBench(t)
		b.relay.SetFaults(Faults{Gateway: http.StatusBadGateway})
		q := httptest.NewRequest("GET", "/v1/network/nodes/number", nil)
		q.Header.Set("Origin", "http://page.example")
		recorder := httptest.NewRecorder()
		b.relay.ServeHTTP(recorder, q)
		body, err := io.ReadAll(recorder.Result().Body)
		if err != nil {
			t.Fatal(err)
		}
		if recorder.Code != 502 || !strings.HasPrefix(string(body), "<!DOCTYPE html>") ||
			recorder.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%d %v %s", recorder.Code, recorder.Header(), body)
		}
	})
	t.Run("late sync reads only old blocks", func(t *testing.T) {
		b := newBench(t)
		b.relay.SetFaults(Faults{LateSync: 10 * time.Second})
		b.create(1, 0, imageArguments)
		for second := range 10 {
			if second == 5 {
				b.create(2, 0, imageArguments)
			}
			b.sync()
			b.expect(400, "Task not found")(b.task(1, b.creator))
			b.clock.advance(time.Second)
		}
		b.sync()
		b.expect(400, "Task not ready")(b.task(1, b.creator))
		b.expect(400, "Task not found")(b.task(2, b.creator))

		b.relay.SetFaults(Faults{})
		b.sync()
		b.expect(400, "Task not ready")(b.task(2, b.creator))
	})
	t.Run("late results look like results not uploaded", func(t *testing.T) {
		b := newBench(t)
		files := b.finished()
		b.relay.SetFaults(Faults{LateResults: time.Minute})
		b.clock.advance(59 * time.Second)
		b.expect(400, "Task results not uploaded")(b.result(1, "0", b.creator))
		b.expect(200, `"status":3`)(b.task(1, b.creator))
		b.expect(400, "Task not success")(b.deliver(1, files, b.workers[1]))
		b.clock.advance(time.Second)
		b.expect(200, string(files[0]))(b.result(1, "0", b.creator))
	})
	t.Run("without the schema source no arguments are judged", func(t *testing.T) {
		b := newBench(t)
		b.create(1, 0, imageArguments)
		b.sync()
		b.relay.SetFaults(Faults{SchemaDown: true})
		b.expect(500, "returned status code 503")(b.upload(1, imageArguments, b.creator))
		b.relay.SetFaults(Faults{})
		b.expect(200, "success")(b.upload(1, imageArguments, b.creator))
	})
}
