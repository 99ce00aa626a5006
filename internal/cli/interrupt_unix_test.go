//go:build unix

package cli

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// interrupt starts the program, sends the signal when ready says so, and returns what it wrote and its exit code.
func interrupt(t *testing.T, dir string, env []string, signal syscall.Signal, ready func(), args ...string) (string, int) {
	t.Helper()
	cmd := program(dir, env, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	ready()
	if err := cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	return out.String(), cmd.ProcessState.ExitCode()
}

// TestInterrupted interrupts a wait for a secret and a wait for the place, in either way and in both languages.
func TestInterrupted(t *testing.T) {
	project, env := scratch(t, "en")
	place := filepath.Join(filepath.Dir(project), "place")
	if out, err := program(project, env, "-r", place).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	started := filepath.Join(filepath.Dir(project), "started")
	asking := append([]string{}, env...)
	asking = append(asking, "HOME="+filepath.Join(filepath.Dir(project), "home2"),
		"BACKUP_PROJETO_PASSPHRASE_COMMAND=touch "+started+"; exec sleep 60")
	out, code := interrupt(t, project, asking, syscall.SIGINT, func() { waitFor(t, started) }, "ls", "-r", place)
	if code != 130 || !strings.Contains(out, "interrupted; nothing that was stored before is lost") {
		t.Errorf("exit %d\n%s", code, out)
	}

	silent, err := net.Listen("tcp", "127.0.0.1:0") // a server that takes requests and never answers
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	s3 := append([]string{}, env...)
	s3 = append(s3, "LANG=pt_BR.UTF-8", "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=y", "AWS_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true")
	connected := func() {
		if c, err := silent.Accept(); err != nil {
			t.Error(err)
		} else {
			t.Cleanup(func() { c.Close() })
		}
	}
	out, code = interrupt(t, project, s3, syscall.SIGTERM, connected, "--bucket=meu-bucket", "--endpoint=http://"+silent.Addr().String())
	if code != 130 || !strings.Contains(out, "erro: interrompido; nada do que já estava guardado se perdeu") {
		t.Errorf("exit %d\n%s", code, out)
	}
}

// program prepares a run of the program without a terminal.
func program(dir string, env []string, args ...string) *exec.Cmd {
	cmd := exec.Command(Program, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	return cmd
}

func waitFor(t *testing.T, file string) {
	t.Helper()
	for range 1500 {
		if _, err := os.Stat(file); err == nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("%s does not appear", file)
}

// scratch makes a project and the environment of a person who speaks a language.
func scratch(t *testing.T, lang string) (project string, env []string) {
	t.Helper()
	dir := t.TempDir()
	project = filepath.Join(dir, "app")
	for _, d := range []string{project, filepath.Join(dir, "home")} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(project, "main.go"), "package main\n")
	return project, []string{"HOME=" + filepath.Join(dir, "home"), "LANG=" + lang, "LC_ALL=", "BACKUP_PROJETO_KEYRING=off", "CI="}
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
