//go:build !js

package devrelay

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"
)

// TestSignatureForms tells which signatures the two kinds of Relay accept. An accepted one of the
// creator uploads; one that stands for somebody else is "not allowed".
func TestSignatureForms(t *testing.T) {
	const accepted, foreign, invalid = `"status":1`, "Signer not allowed", "Invalid signature"
	lower := func(sig []byte) []byte { sig[64] -= 27; return sig }
	for name, c := range map[string]struct {
		sign           func(b *bench, text string) []byte
		strict, eip191 string
	}{
		"raw digest":               {func(b *bench, text string) []byte { return raw(text, b.creator) }, accepted, accepted},
		"personal_sign, v 27/28":   {func(b *bench, text string) []byte { return personal(text, b.creator) }, invalid, accepted},
		"personal_sign, v 0/1":     {func(b *bench, text string) []byte { return lower(personal(text, b.creator)) }, foreign, accepted},
		"raw digest, v 27/28":      {func(b *bench, text string) []byte { s := raw(text, b.creator); s[64] += 27; return s }, invalid, foreign},
		"stranger's raw digest":    {func(b *bench, text string) []byte { return raw(text, b.workers[0]) }, foreign, foreign},
		"stranger's personal_sign": {func(b *bench, text string) []byte { return lower(personal(text, b.workers[0])) }, foreign, foreign},
		"another text":             {func(b *bench, text string) []byte { return raw(text+" ", b.creator) }, foreign, foreign},
		"personal_sign, v 29":      {func(b *bench, text string) []byte { s := personal(text, b.creator); s[64] = 29; return s }, invalid, invalid},
		"64 bytes":                 {func(b *bench, text string) []byte { return raw(text, b.creator)[:64] }, invalid, invalid},
	} {
		for _, eip191 := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/eip191=%v", name, eip191), func(t *testing.T) {
				b := newBench(t, func(o *Options) { o.EIP191 = eip191 })
				b.create(1, 0, imageArguments)
				b.sync()
				now := b.clock.Now().Unix()
				quoted, err := json.Marshal(imageArguments)
				if err != nil {
					t.Fatal(err)
				}
				sig := c.sign(b, fmt.Sprintf(`{"task_args":%s,"task_id":1}%d`, quoted, now))
				want, status := c.strict, 400
				if eip191 {
					want = c.eip191
				}
				if want == accepted {
					status = 200
				}
				b.expect(status, want)(b.uploadSigned(1, imageArguments, now, sig))
			})
		}
	}
}

func TestSignatureWindow(t *testing.T) {
	b := newBench(t)
	b.create(1, 0, imageArguments)
	b.sync()
	now := b.clock.Now()
	sign := func(at time.Time) (int, string) {
		quoted, err := json.Marshal(imageArguments)
		if err != nil {
			t.Fatal(err)
		}
		sig := raw(fmt.Sprintf(`{"task_args":%s,"task_id":1}%d`, quoted, at.Unix()), b.creator)
		return b.uploadSigned(1, imageArguments, at.Unix(), sig)
	}
	b.expect(400, "Invalid signature")(sign(now.Add(-61 * time.Second)))
	b.expect(400, "Invalid signature")(sign(now.Add(61 * time.Second)))

	b.relay.SetFaults(Faults{ClockSkew: 2 * time.Minute})
	b.expect(400, "Invalid signature")(sign(now))
	b.expect(200, `"status":1`)(sign(now.Add(time.Minute)))
}
