// Package vault is the key of the task wallet. It runs in the page's second
// program, in a worker, and nothing else may import it.
//
//	key, err := vault.Derive(message, signature, again)
//	signer, err := vault.Open(key, vault.Session{Record: identity, Budget: funded, Now: time.Now})
//	signed, err := signer.SignTx(ctx, intent, nonce, gas, price)
//
// A key goes in as a signature, a keystore, a cipher text or chance, and comes
// out only locked again, as a keystore or cipher text. No function takes a
// digest: what is signed was built here from an intent, or read here byte by
// byte. Errors are those of package taskwallet. § numbers are those of
// taskwallet.md.
package vault
