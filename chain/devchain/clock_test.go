//go:build !js

package devchain

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestClock(t *testing.T) {
	t.Run("starts at the real time and runs at its rate", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			c := NewClock(20)
			if got := c.Now(); !got.Equal(start) {
				t.Fatalf("starts at %v, want %v", got, start)
			}
			time.Sleep(3 * time.Second)
			if got, want := c.Now().Sub(start), time.Minute; got != want {
				t.Errorf("after 3 s at rate 20: %v, want %v", got, want)
			}
		})
	})

	t.Run("another rate changes when somebody wakes up, and not what time it is", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := NewClock(20)
			start := c.Now()
			woken := c.After(time.Minute)
			time.Sleep(time.Second)
			c.SetRate(4)
			if got := c.Now().Sub(start); got != 20*time.Second || c.Rate() != 4 {
				t.Errorf("%v have passed at rate %v", got, c.Rate())
			}
			time.Sleep(9 * time.Second)
			select {
			case <-woken:
				t.Error("woken early")
			default:
			}
			time.Sleep(time.Second)
			synctest.Wait()
			select {
			case <-woken:
			default:
				t.Error("not woken")
			}
		})
	})

	t.Run("a jump adds to the time and keeps the rate", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := NewClock(2)
			start := c.Now()
			time.Sleep(time.Second)
			c.Advance(time.Hour)
			time.Sleep(time.Second)
			if got, want := c.Now().Sub(start), time.Hour+4*time.Second; got != want {
				t.Errorf("passed %v, want %v", got, want)
			}
		})
	})

	t.Run("never goes back", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := NewClock(1)
			start := c.Now()
			c.Advance(-time.Hour)
			c.AdvanceTo(start.Add(-time.Hour))
			if got := c.Now(); !got.Equal(start) {
				t.Errorf("moved to %v, want %v", got, start)
			}
			c.AdvanceTo(start.Add(time.Hour))
			if got := c.Now().Sub(start); got != time.Hour {
				t.Errorf("AdvanceTo moved by %v, want 1h", got)
			}
		})
	})

	t.Run("sleep takes network time", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c, start := NewClock(50), time.Now()
			if err := c.Sleep(t.Context(), 100*time.Second); err != nil {
				t.Fatal(err)
			}
			if got := time.Since(start).Round(time.Millisecond); got != 2*time.Second {
				t.Errorf("slept %v of real time, want 2s", got)
			}
		})
	})

	t.Run("a jump over the moment wakes sleepers at once", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c, start := NewClock(1), time.Now()
			early, late := c.After(15*time.Minute), c.After(time.Hour)
			c.Advance(901 * time.Second)
			if got, want := <-early, start.Add(901*time.Second); !got.Equal(want) {
				t.Errorf("woke at %v, want %v", got, want)
			}
			select {
			case <-late:
				t.Error("the alarm after the jump rang")
			default:
			}
			<-late
			if got, want := time.Since(start).Round(time.Millisecond), time.Hour-901*time.Second; got != want {
				t.Errorf("the later alarm took %v of real time, want %v", got, want)
			}
		})
	})

	t.Run("a cancelled sleep ends and leaves nothing behind", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := NewClock(1)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if err := c.Sleep(ctx, time.Hour); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("error %v, want deadline exceeded", err)
			}
			if err := c.Sleep(ctx, 0); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("sleep with an ended context: %v", err)
			}
			if n := len(c.alarms); n != 0 {
				t.Errorf("%d alarms left", n)
			}
		})
	})
}
