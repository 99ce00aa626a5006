package repo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"backup_projeto/internal/cbor"
	"backup_projeto/internal/chunk"
	"backup_projeto/internal/core"
	"backup_projeto/internal/crypto"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/storage"
)

// formatVersion is the only one that this program reads and writes.
const formatVersion = 1

// configName is the configuration's name in the store.
const configName = "config"

// maxConfig bounds a configuration in bytes.
const maxConfig = 4096

// Codes of this package's errors; those of damage have no code, the object's name says what.
const (
	codeNoRepository core.Code = "no-repository"
	codeNewerFormat  core.Code = "newer-format"
	codeConfigGone   core.Code = "config-missing"
	codeConfigBad    core.Code = "config-damaged"
	codeKeysAlone    core.Code = "keys-alone"
	codeWrongKey     core.Code = "wrong-key"
	codeNoSlot       core.Code = "no-slot"
	codeSlotBad      core.Code = "slot-damaged"
	codeWriteOnly    core.Code = "write-only"
	codeLastKey      core.Code = "last-key"
	codeNoPath       core.Code = "no-path"
)

// Header is a repository's configuration. Nothing in it is authentic before a slot was opened.
type Header struct {
	ID       core.UUID
	Created  int64 // nanoseconds since 1970 UTC, the creating device's clock
	Chunking chunk.Params

	mac []byte
}

// body is the encoding that the MAC covers.
func (h *Header) body() []byte { return h.appendFields(cbor.AppendMap(nil, 4)) }

func (h *Header) appendFields(b []byte) []byte {
	b = cbor.AppendUint(cbor.AppendUint(b, 1), formatVersion)
	b = cbor.AppendBytes(cbor.AppendUint(b, 2), h.ID[:])
	b = cbor.AppendInt(cbor.AppendUint(b, 3), h.Created)
	b = cbor.AppendArray(cbor.AppendUint(b, 4), 3)
	for _, n := range []int{h.Chunking.Min, h.Chunking.Avg, h.Chunking.Max} {
		b = cbor.AppendUint(b, uint64(n))
	}
	return b
}

// encode returns the configuration object.
func (h *Header) encode() []byte {
	b := h.appendFields(cbor.AppendMap(nil, 5))
	return cbor.AppendBytes(cbor.AppendUint(b, 5), h.mac)
}

func (h *Header) sum(w crypto.WriterSecret) []byte {
	return crypto.MAC(w.ConfigKey(), crypto.Context(h.ID, crypto.KindConfig, nil), h.body())
}

// decodeHeader reads a configuration object.
func decodeHeader(data []byte) (*Header, error) {
	h := &Header{}
	version := uint64(0)
	d := cbor.NewDecoder(data)
	d.Map(64, func(key uint64) bool {
		switch key {
		case 1:
			version = d.Uint(1 << 32)
			return version == formatVersion
		case 2:
			d.Fixed(h.ID[:])
		case 3:
			h.Created = d.Int()
		case 4:
			if d.Array(3) != 3 {
				d.Fail("chunk sizes")
			}
			h.Chunking = chunk.Params{Min: int(d.Uint(core.MaxChunk)), Avg: int(d.Uint(core.MaxChunk)), Max: int(d.Uint(core.MaxChunk))}
		case 5:
			h.mac = bytes.Clone(d.Bytes(core.IDSize))
		default:
			return false
		}
		return true
	})
	if version > formatVersion {
		return nil, core.Errorf(core.Failure, codeNewerFormat, configName, "format version %d, this program knows %d", version, formatVersion)
	}
	err := d.Finish()
	if err == nil {
		err = h.Chunking.Check()
	}
	if err == nil && !bytes.Equal(h.encode(), data) {
		err = fmt.Errorf("not canonical")
	}
	if err != nil {
		return nil, configDamage(err)
	}
	return h, nil
}

// ReadHeader finds the repository of a store. Where there is none the error's kind is NoRepository and its code "no-repository",
// also where the place itself is absent; one of a newer format has code "newer-format". Where the configuration is damaged, or is missing beside
// objects of a repository, the kind is Damage, code "config-damaged", "config-missing" or, where only keys are there, "keys-alone": see FindOrphan.
func ReadHeader(ctx context.Context, s storage.Store) (*Header, error) {
	h, err := readHeader(ctx, s)
	if core.KindOf(err) != core.NoRepository || core.CodeOf(errors.Unwrap(err)) == storage.NoPlace {
		return h, err
	}
	switch gone := vacant(ctx, s); {
	case storage.IsExists(gone): // made meanwhile
		return readHeader(ctx, s)
	case gone != nil:
		return nil, gone
	}
	return nil, err
}

// readHeader is ReadHeader that looks at nothing but the configuration.
func readHeader(ctx context.Context, s storage.Store) (*Header, error) {
	data, err := storage.ReadAll(ctx, s, configName, maxConfig)
	switch core.CodeOf(err) {
	case storage.NotFound, storage.NoPlace:
		return nil, &core.Error{Kind: core.NoRepository, Code: codeNoRepository, Err: err}
	case storage.TooLarge, storage.Medium:
		return nil, configDamage(err)
	}
	if err != nil {
		return nil, err
	}
	return decodeHeader(data)
}

// checkHeader reads the configuration again: damage unless it is h.
func checkHeader(ctx context.Context, s storage.Store, h *Header) error {
	data, err := storage.ReadAll(ctx, s, configName, maxConfig)
	if err == nil && !bytes.Equal(data, h.encode()) {
		err = errHash
	}
	return damageOf(configName, err)
}

// Created is what a new repository was made with.
type Created struct {
	Repo   *Repo
	Device *keys.DeviceKey // of this machine; the caller keeps it in a file
	Code   []byte          // the recovery code; nil where a passphrase was given
}

// Create makes a repository in an empty place, with a slot for this device, labelled label, and one for the passphrase or, where
// that is "", for a new recovery code. Making the container (storage.Ensurer) is the caller's. Where another device was faster the
// code is storage.Exists. Slots are stored first, so that a configuration always has some; the key of this device is kept before them, so that it can have a
// repair finish what was cut off in between. Where the place has objects of a repository whose configuration is gone, nothing is made, and the
// error is of kind Damage, code "config-missing" or "keys-alone": a new repository there would bury the old.
func Create(ctx context.Context, s storage.Store, passphrase, label string, opt Options) (*Created, error) {
	if err := vacant(ctx, s); err != nil {
		return nil, err
	}
	h := &Header{ID: crypto.NewUUID(), Created: time.Now().UnixNano(), Chunking: chunk.Default}
	all, err := keys.NewKeyring(h.ID)
	if err != nil {
		return nil, err
	}
	h.mac = h.sum(all.Writer)
	c := &Created{Device: keys.NewDeviceKey(h.ID)}
	second := keys.Secret{Lock: keys.Passphrase, Value: []byte(passphrase)}
	if passphrase == "" {
		c.Code = keys.NewCode()
		second = keys.Secret{Lock: keys.Recovery, Value: c.Code}
	}
	if opt.Keep != nil {
		opt.Keep(c.Device)
	}
	n := &nascent{s: s, h: h, opt: opt}
	own, mine, err := n.putSlots(ctx, all, label, c.Device.Secret(), second)
	if err == nil && opt.Parity > 0 { // stands there before the configuration, so that no backup misses it
		first := &keys.Settings{ID: crypto.NewTimeUUID(time.Now()), Created: h.Created, Parity: int(opt.Parity)}
		first.Certify(all)
		err = n.put(ctx, settingsName(first.ID), first.Encode())
	}
	if err != nil {
		n.undo(ctx)
		return nil, err
	}
	if err := n.putConfig(ctx); err != nil {
		return nil, err
	}
	if c.Repo, err = open(s, h, mine, opt); err == nil {
		c.Repo.keepCopies(own)
	}
	return c, err
}

// configDamage says that the configuration is not what was written.
func configDamage(err error) error {
	return &core.Error{Kind: core.Damage, Code: codeConfigBad, Subject: configName, Err: err}
}

// damage is an error of kind Damage about an object.
func damage(object string, err error) error {
	return &core.Error{Kind: core.Damage, Subject: object, Err: err}
}

// damageOf turns an error of reading an object that should be there into damage where that is what it says: it is absent, it
// is not what was written, or its medium does not give all of it. An error of the store or of the context stays what it is.
func damageOf(object string, err error) error {
	switch {
	case err == nil:
		return nil
	case core.KindOf(err) == core.Interrupted, core.KindOf(err) == core.Damage:
		return err
	case storage.IsNotFound(err), core.CodeOf(err) == storage.TooLarge:
		return damage(object, err)
	case storage.IsMedium(err):
		return damagedMedium(object, err)
	case core.KindOf(err) == core.Destination:
		return err
	}
	return damage(object, err)
}
