package taskwallet

import (
	"encoding/binary"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto/keccak"
)

// The words of the message (§3). Every key that was ever made depends on each
// letter: a change is a new version, with a domain of its own.
const (
	domainName    = "Crynux DApp task wallet"
	domainVersion = "1"
	purpose       = "Open my Crynux task wallet"
	warning       = "This signature IS its key: whoever gets it can spend what is in it. It is never a login. Reject unless you are on this site or on a copy of it that you trust."

	domainType  = "EIP712Domain(string name,string version)"
	messageType = "TaskWallet(string purpose,string warning,string site,uint256 chainId,uint256 number)"
)

// MaxNumber is the last key that an owner can make for a site and chain.
const MaxNumber = 99

// Message is what the owner's wallet signs to make the key: typed data of
// EIP-712, so that the wallet shows it in words. Its domain has no chain id,
// because MetaMask refuses one of a chain that it is not on, and a chain that
// is gone could not be opened any more.
type Message struct {
	Owner   common.Address
	Site    string // §2
	ChainID uint64 // of the profile
	Number  uint8  // 0 to MaxNumber; a retired number is never used again
}

func (m Message) check() error {
	switch {
	case m.Owner == common.Address{}:
		return BadMessage.Because("no owner")
	case m.ChainID == 0:
		return BadMessage.Because("no chain id")
	case m.Number > MaxNumber:
		return BadMessage.Because("number %d", m.Number)
	}
	return CheckSite(m.Site)
}

// Params are the parameters of eth_signTypedData_v4: the owner and the message
// as JSON text. The errors are BadMessage and BadSite.
func (m Message) Params() ([]any, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	// Nothing has to be escaped: the words are ours, and the site's form is
	// narrower than JSON's. Numbers are text, because JavaScript rounds them.
	text := fmt.Sprintf(`{"types":{`+
		`"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"}],`+
		`"TaskWallet":[{"name":"purpose","type":"string"},{"name":"warning","type":"string"},{"name":"site","type":"string"},{"name":"chainId","type":"uint256"},{"name":"number","type":"uint256"}]},`+
		`"primaryType":"TaskWallet",`+
		`"domain":{"name":"%s","version":"%s"},`+
		`"message":{"purpose":"%s","warning":"%s","site":"%s","chainId":"%d","number":"%d"}}`,
		domainName, domainVersion, purpose, warning, m.Site, m.ChainID, m.Number)
	return []any{m.Owner.Hex(), text}, nil
}

// Digest is what the wallet signs: keccak256 of the message as EIP-712 encodes
// it. The errors are BadMessage and BadSite.
func (m Message) Digest() (common.Hash, error) {
	if err := m.check(); err != nil {
		return common.Hash{}, err
	}
	domain := hash(hashText(domainType), hashText(domainName), hashText(domainVersion))
	message := hash(hashText(messageType), hashText(purpose), hashText(warning), hashText(m.Site), number(m.ChainID), number(uint64(m.Number)))
	return hash([]byte("\x19\x01"), domain[:], message[:]), nil
}

func hashText(text string) []byte { h := hash([]byte(text)); return h[:] }

func number(v uint64) []byte { return binary.BigEndian.AppendUint64(make([]byte, 24), v) }

// hash is keccak256 over all parts, one after another.
func hash(parts ...[]byte) (h common.Hash) {
	k := keccak.NewLegacyKeccak256()
	for _, part := range parts {
		k.Write(part) // a hash never fails to write
	}
	k.Sum(h[:0])
	return h
}
