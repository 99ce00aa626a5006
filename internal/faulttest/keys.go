//go:build linux || darwin

package faulttest

import (
	"context"

	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
	"backup_projeto/internal/repo"
)

var keyring = []operation{
	{name: "key-passphrase", prepare: twice, run: addKey(keys.Passphrase), done: opens},
	{name: "key-recovery", prepare: twice, run: addKey(keys.Recovery), done: opens},
	{name: "key-device", prepare: twice, run: addKey(keys.Device), done: opens},
	{name: "key-remove", prepare: otherDevice, run: removeKey, done: shut},
	{name: "key-admit", prepare: strange, run: admitKey, done: counts, mends: true},
}

// addKey adds a slot for a new secret.
func addKey(lock keys.Lock) func(context.Context, *machine) error {
	return func(ctx context.Context, m *machine) error {
		return m.with(ctx, func(r *repo.Repo) error {
			secret := keys.Secret{Lock: lock, Value: []byte("correct horse battery staple")}
			switch lock {
			case keys.Recovery:
				secret.Value = keys.NewCode()
			case keys.Device:
				secret = keys.NewDeviceKey(r.Header().ID).Secret()
			}
			_, err := r.AddSlot(ctx, secret, "new", lock == keys.Device)
			if err == nil {
				m.secret = secret
			}
			return err
		})
	}
}

// writeOnly lets a device go on that may write only.
func writeOnly(b *builder) {
	b.first()
	b.save()
	b.second()
	b.device = keys.NewDeviceKey(b.r.Header().ID)
	_, err := b.r.AddSlot(b.t.Context(), b.device.Secret(), "write only", true)
	must(b.t, err)
}

// otherDevice has another device beside this one; its key is the state's.
func otherDevice(b *builder) {
	twice(b)
	b.other = keys.NewDeviceKey(b.r.Header().ID)
	_, err := b.r.AddSlot(b.t.Context(), b.other.Secret(), "other", false)
	must(b.t, err)
}

// busyDevice is otherDevice, which has saved something itself.
func busyDevice(b *builder) {
	otherDevice(b)
	b.write(map[string]string{"its.txt": random(9, 2000)})
	b.saveWith(b.other)
}

func removeKey(ctx context.Context, m *machine) error {
	return m.with(ctx, func(r *repo.Repo) error { return r.RevokeSlots(ctx, []core.UUID{m.other.Slot}, false) })
}

// shut checks that the key which was removed opens nothing.
func shut(m *machine, r *repo.Repo) {
	if with, err := unlock(m.t.Context(), r.Store(), m.other.Secret(), ""); core.KindOf(err) != core.WrongKey {
		m.t.Errorf("a key that was removed opens the repository: %v", err)
		if err == nil {
			with.Close()
		}
	}
}

// strange has a snapshot of a device whose slot is lost, and which this machine has never met.
func strange(b *builder) {
	writeOnly(b)
	b.saveWith(b.device)
	b.other, b.device = b.device, b.owner
	must(b.t, b.mem.Delete(b.t.Context(), "keys/"+b.other.Slot.String()))
	b.cache = b.t.TempDir()
}

func admitKey(ctx context.Context, m *machine) error {
	return m.with(ctx, func(r *repo.Repo) error { return r.Admit(ctx, m.other.Slot) })
}

// counts checks that the device was admitted, and will not be again when it goes on.
func counts(m *machine, r *repo.Repo) {
	all, err := r.Revoked(m.t.Context())
	must(m.t, err)
	if len(all) != 1 || all[0].Slot != m.other.Slot {
		m.t.Errorf("of devices that were admitted or revoked there are %d", len(all))
	}
}
