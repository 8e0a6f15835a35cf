package cluster

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"time"

	"github.com/nats-io/nkeys"
)

// identity is the keys of an engine: its own, its submitters' and its workers'.
type identity struct {
	own               *ecdsa.PrivateKey
	submitter, worker nkeys.KeyPair
}

// identityFile is an identity in a file.
type identityFile struct {
	Own       []byte `json:"engine"`    // PKCS #8
	Submitter string `json:"submitter"` // a seed
	Worker    string `json:"worker"`    // a seed
}

func newIdentity() (*identity, error) {
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	submitter, err := nkeys.CreateUser()
	if err != nil {
		return nil, err
	}
	worker, err := nkeys.CreateUser()
	return &identity{own, submitter, worker}, err
}

// keptIdentity is that of a file, which is made if there is none.
func keptIdentity(file string) (*identity, error) {
	text, err := os.ReadFile(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return makeIdentity(file)
	case err != nil:
		return nil, err
	}
	read, err := parseIdentity(text)
	if err != nil {
		return nil, fmt.Errorf("%s is no file of an engine's keys: move it away to have new ones made: %w", file, err)
	}
	return read, nil
}

func parseIdentity(text []byte) (*identity, error) {
	var kept identityFile
	if err := json.Unmarshal(text, &kept); err != nil {
		return nil, err
	}
	key, err := x509.ParsePKCS8PrivateKey(kept.Own)
	if err != nil {
		return nil, err
	}
	own, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return nil, errors.New("the engine's key is of another kind")
	}
	submitter, err := nkeys.FromSeed([]byte(kept.Submitter))
	if err != nil {
		return nil, err
	}
	worker, err := nkeys.FromSeed([]byte(kept.Worker))
	return &identity{own, submitter, worker}, err
}

// text is the identity as it is kept.
func (i *identity) text() ([]byte, error) {
	own, err := x509.MarshalPKCS8PrivateKey(i.own)
	if err != nil {
		return nil, err
	}
	submitter, err := i.submitter.Seed()
	if err != nil {
		return nil, err
	}
	worker, err := i.worker.Seed()
	if err != nil {
		return nil, err
	}
	return json.Marshal(identityFile{own, string(submitter), string(worker)})
}

func makeIdentity(file string) (*identity, error) {
	made, err := newIdentity()
	if err != nil {
		return nil, err
	}
	text, err := made.text()
	if err != nil {
		return nil, err
	}
	// Another engine may be making the file at the same time: whoever is first has made it, whole.
	if err = makeFile(file, text); errors.Is(err, fs.ErrExist) {
		return keptIdentity(file)
	}
	return made, err
}

// pin is the fingerprint of the engine's public key.
func pin(public any) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	sum := sha256.Sum256(der)
	return sum[:], err
}

// certificate is a new one of the engine's key. Clients go by the key alone, so that clocks may differ.
func (i *identity) certificate(now time.Time) (tls.Certificate, error) {
	of := x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "overlap"},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.Add(10 * 365 * 24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, &of, &of, &i.own.PublicKey, i.own)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: i.own}, err
}
