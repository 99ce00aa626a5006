package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"backup_projeto/internal/config"
	"backup_projeto/internal/core"
	"backup_projeto/internal/keys"
)

// source is a secret's variables: its names without the program's prefix, each of which may also end in _FILE or _COMMAND.
type source []string

// The secrets that variables can give.
var (
	passphraseSource = source{"PASSPHRASE", "SENHA"}
	codeSource       = source{"RECOVERY_CODE", "CODIGO_RECUPERACAO", "CODIGO"}
	deviceSource     = source{"DEVICE_KEY", "CHAVE_DISPOSITIVO"}
	newSource        = source{"NEW_PASSPHRASE", "SENHA_NOVA"}
)

// How a variable's name ends that gives the secret itself, a file, or a command.
var (
	valueSuffixes   = []string{""}
	fileSuffixes    = []string{"_FILE", "_ARQUIVO"}
	commandSuffixes = []string{"_COMMAND", "_COMANDO"}
)

const (
	variablePrefix = "BACKUP_PROJETO_"
	maxSecret      = 64 << 10 // bytes
	minPassphrase  = 8        // characters, of a new one
)

// given is a secret and the variable that it came from; origin is "" where no variable gives one.
type given struct{ text, origin string }

// secret looks for a secret in its variables: the value itself, a file's content, or a command's output, without the line end.
func (a *app) secret(ctx context.Context, names source) (given, error) {
	for _, name := range names {
		name = variablePrefix + name
		readers := []struct {
			suffixes []string
			read     func(origin, value string) (string, error)
		}{
			{valueSuffixes, func(_, value string) (string, error) { return value, nil }},
			{fileSuffixes, a.secretFile},
			{commandSuffixes, func(origin, value string) (string, error) { return secretCommand(ctx, a.proc, origin, value) }},
		}
		for _, r := range readers {
			for _, suffix := range r.suffixes {
				value := a.proc.Getenv(name + suffix)
				if value == "" {
					continue
				}
				text, err := r.read(name+suffix, value)
				text = strings.TrimRight(text, "\r\n")
				if err == nil && text == "" {
					err = errKind(core.Usage, "secret-empty", name+suffix)
				}
				return given{text, name + suffix}, err
			}
		}
	}
	return given{}, nil
}

// secretFile reads a secret from a file, and warns of one that others can read too.
func (a *app) secretFile(origin, path string) (string, error) {
	data, err := readSmall(path)
	if err != nil {
		return "", &core.Error{Kind: core.Usage, Code: "secret-file", Subject: origin, Err: err}
	}
	a.warnReadable(path)
	return string(data), nil
}

// readSmall reads a file of at most maxSecret bytes.
func readSmall(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	b := make([]byte, maxSecret+1)
	n := 0
	for n < len(b) {
		k, err := file.Read(b[n:])
		n += k
		if err == io.EOF {
			break
		} else if err != nil { // half a secret is another secret
			return nil, err
		}
	}
	if n > maxSecret {
		return nil, fmt.Errorf("longer than %d bytes", maxSecret)
	}
	return b[:n], nil
}

// warnReadable warns of a secret's file that other users of the machine can read. Windows has no such bits.
func (a *app) warnReadable(path string) {
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" || !info.Mode().IsRegular() || info.Mode().Perm()&0o077 == 0 {
		return
	}
	a.warn(f(a.text.General.SecretReadable, path, "chmod 600 "+config.Quote(path)))
}

// secretCommand runs a command of the shell and returns what it writes. It may ask on the terminal by itself.
func secretCommand(ctx context.Context, p Process, origin, command string) (string, error) {
	shell, flag := "/bin/sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/C"
	}
	cmd := exec.CommandContext(ctx, shell, flag, command)
	var out bytes.Buffer
	cmd.WaitDelay = time.Second // a child of it may keep the pipe open after it was killed
	cmd.Stdin, cmd.Stdout, cmd.Stderr = p.Stdin, &out, p.Stderr
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		return "", &core.Error{Kind: core.Usage, Code: "secret-command", Subject: origin, Err: err}
	}
	return string(out.Bytes()[:min(out.Len(), maxSecret)]), nil
}

// parseSecret reads what a person typed where either a recovery code or a passphrase will do.
func parseSecret(text string) keys.Secret {
	if code, err := keys.ParseCode(text); err == nil {
		return keys.Secret{Lock: keys.Recovery, Value: code}
	}
	return keys.Secret{Lock: keys.Passphrase, Value: []byte(text)}
}

// otherForms are the ways to write a passphrase that look the same: an é is one character or two, as the keyboard, the system and the
// clipboard please, and what opens a repository are the bytes.
func otherForms(secret keys.Secret) (out []keys.Secret) {
	if secret.Lock != keys.Passphrase {
		return nil
	}
	for _, form := range []norm.Form{norm.NFC, norm.NFD} {
		if value := form.Bytes(secret.Value); !bytes.Equal(value, secret.Value) {
			out = append(out, keys.Secret{Lock: keys.Passphrase, Value: value})
		}
	}
	return out
}

// newPassphrase gets a passphrase to set: from its variable, or typed twice.
func (a *app) newPassphrase(ctx context.Context) (string, error) {
	g, err := a.secret(ctx, newSource)
	if err != nil {
		return "", err
	}
	if g.origin != "" {
		return g.text, checkPassphrase(g.text, g.origin)
	}
	first, err := a.askNew(ctx, a.text.Keys.AskNew)
	if err != nil {
		return "", err
	}
	if err := checkPassphrase(first, ""); err != nil {
		return "", err
	}
	again, err := a.askNew(ctx, a.text.Keys.AskAgain)
	if err != nil {
		return "", err
	}
	if again != first {
		return "", errKind(core.Usage, "secret-mismatch", "")
	}
	return first, nil
}

// askNew is askSecret for a new passphrase: the one that opens the repository is not what lacks.
func (a *app) askNew(ctx context.Context, question string) (string, error) {
	text, err := a.askSecret(ctx, question)
	if core.CodeOf(err) == "secret-needed" {
		err = errKind(core.Usage, "new-secret-needed", "")
	}
	return text, err
}

// checkPassphrase refuses a new passphrase that is easy to guess for its length alone.
func checkPassphrase(text, origin string) error {
	if len([]rune(text)) < minPassphrase {
		return errKind(core.Usage, "secret-short", origin)
	}
	return nil
}
