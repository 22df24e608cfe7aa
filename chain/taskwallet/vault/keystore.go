package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/ethereum/go-ethereum/crypto"

	"crynux-dapp/chain/taskwallet"
)

// A keystore is one key in the Web3 Secret Storage format, version 3, which
// wallets of any kind open:
// https://ethereum.org/developers/docs/data-structures-and-encoding/web3-secret-storage/
//
// go-ethereum's own reader is not used: it takes any work factor, and whoever
// sends a file could have the tab ask for all the memory there is.
type keystore struct {
	Version int    `json:"version"`
	ID      string `json:"id,omitempty"`
	Address string `json:"address,omitempty"`
	Crypto  struct {
		Cipher       string       `json:"cipher"`
		CipherText   string       `json:"ciphertext"`
		CipherParams cipherParams `json:"cipherparams"`
		KDF          string       `json:"kdf"`
		KDFParams    kdfParams    `json:"kdfparams"`
		MAC          string       `json:"mac"`
	} `json:"crypto"`
}

type cipherParams struct {
	IV string `json:"iv"`
}

const (
	keystoreVersion = 3
	keystoreCipher  = "aes-128-ctr"
	maxKeystore     = 16 << 10 // bytes
	derivedLength   = 32       // 16 for the cipher, 16 for the MAC
)

// Our own work factor: a second in the worker, 32 MB (§6).
var ourScrypt = kdfParams{N: 1 << 15, R: 8, P: 3, DKLen: derivedLength}

// Keystore writes the key as a keystore, for a backup. The error is Locked.
func (k Key) Keystore(password string) (file []byte, err error) {
	address := k.Address()
	err = k.use(func(scalar []byte) error {
		params := ourScrypt
		params.Salt = hex.EncodeToString(chance(32))
		derived, err := params.derive(kdfScrypt, password)
		if err != nil {
			return err
		}
		defer clear(derived)
		iv := chance(aes.BlockSize)
		text := counterMode(derived[:16], iv, scalar)

		out := keystore{Version: keystoreVersion, ID: uuid(), Address: hex.EncodeToString(address[:])}
		out.Crypto.Cipher = keystoreCipher
		out.Crypto.CipherText = hex.EncodeToString(text)
		out.Crypto.CipherParams.IV = hex.EncodeToString(iv)
		out.Crypto.KDF = kdfScrypt
		out.Crypto.KDFParams = params
		out.Crypto.MAC = hex.EncodeToString(crypto.Keccak256(derived[16:], text))
		file, err = json.Marshal(out)
		return err
	})
	return file, err
}

// OpenKeystore reads a keystore that somebody chose: ours, or another wallet's
// with scrypt or PBKDF2. Errors: WrongPassword; BrokenFile, also for an address
// that is not the key's; HostileFile; BadKey.
func OpenKeystore(file []byte, password string) (Key, error) {
	in, err := readKeystore(file)
	if err != nil {
		return Key{}, err
	}
	derived, err := in.params.derive(in.kdf, password)
	if err != nil {
		return Key{}, err
	}
	defer clear(derived)
	if subtle.ConstantTimeCompare(crypto.Keccak256(derived[16:], in.text), in.mac) != 1 {
		return Key{}, taskwallet.WrongPassword.Because("keystore")
	}
	key, err := newKey(counterMode(derived[:16], in.iv, in.text))
	if err != nil {
		return Key{}, err
	}
	if address := key.Address(); in.address != nil && string(in.address) != string(address[:]) {
		key.Lock()
		return Key{}, taskwallet.BrokenFile.Because("keystore: its address is not the key's")
	}
	return key, nil
}

// lockedKey is a keystore that was read and found to be of sane size.
type lockedKey struct {
	address       []byte // nil if the file has none
	kdf           string
	params        kdfParams
	iv, text, mac []byte
}

// readKeystore checks everything that can be checked without the password. The
// error is BrokenFile or HostileFile.
func readKeystore(file []byte) (lockedKey, error) {
	broken := func(format string, args ...any) (lockedKey, error) {
		return lockedKey{}, taskwallet.BrokenFile.Because("keystore: "+format, args...)
	}
	if len(file) > maxKeystore {
		return lockedKey{}, taskwallet.HostileFile.Because("keystore of %d bytes", len(file))
	}
	var in keystore
	if err := json.Unmarshal(file, &in); err != nil {
		return broken("%v", err)
	}
	c := in.Crypto
	if in.Version != keystoreVersion || c.Cipher != keystoreCipher {
		return broken("version %d with %.30q", in.Version, c.Cipher)
	}
	out := lockedKey{kdf: c.KDF, params: c.KDFParams}
	for _, field := range []struct {
		name   string
		text   string
		into   *[]byte
		length int
	}{
		{"ciphertext", c.CipherText, &out.text, scalarLength},
		{"iv", c.CipherParams.IV, &out.iv, aes.BlockSize},
		{"mac", c.MAC, &out.mac, 32},
		{"address", in.Address, &out.address, 20},
	} {
		text := trim0x(field.text)
		if text == "" && field.name == "address" {
			continue
		}
		b, err := hex.DecodeString(text)
		if err != nil || len(b) != field.length {
			return broken("%s is not %d bytes of hex", field.name, field.length)
		}
		*field.into = b
	}
	return out, c.KDFParams.check(c.KDF)
}

// trim0x takes off the prefix that some wallets write.
func trim0x(text string) string {
	if len(text) >= 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X') {
		return text[2:]
	}
	return text
}

// counterMode is AES-128-CTR, both ways.
func counterMode(key, iv, in []byte) []byte {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // the length is fixed
	}
	out := make([]byte, len(in))
	cipher.NewCTR(block, iv).XORKeyStream(out, in)
	return out
}

// chance is n random bytes.
func chance(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails: the program ends instead
	return b
}

// uuid is a random one (RFC 9562, version 4).
func uuid() string {
	b := chance(16)
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
