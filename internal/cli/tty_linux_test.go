package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// terminal is a pseudo-terminal with the program at one end and a person at the other.
type terminal struct {
	t     *testing.T
	ctrl  *os.File
	fd    int // of ctrl
	seen  int // bytes of shown that until went past
	cmd   *exec.Cmd
	shown bytes.Buffer
}

// onTerminal starts the program with all its files on a terminal of 80 columns.
func onTerminal(t *testing.T, dir string, env []string, args ...string) *terminal {
	t.Helper()
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	ctrl := os.NewFile(uintptr(fd), "/dev/ptmx")
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80})
	}
	if err != nil {
		t.Fatal(err)
	}
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer tty.Close()
	cmd := program(dir, env, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	term := &terminal{t: t, ctrl: ctrl, fd: fd, cmd: cmd}
	t.Cleanup(func() { ctrl.Close(); cmd.Process.Kill() })
	return term
}

// until reads what is shown until it has a text.
func (term *terminal) until(text string) {
	term.t.Helper()
	b := make([]byte, 4096)
	term.ctrl.SetReadDeadline(time.Now().Add(30 * time.Second))
	for {
		if i := strings.Index(term.shown.String()[term.seen:], text); i >= 0 {
			term.seen += i + len(text)
			return
		}
		n, err := term.ctrl.Read(b)
		term.shown.Write(b[:n])
		if err != nil {
			term.t.Fatalf("it never shows %q: %v\n%s", text, err, term.shown.String())
		}
	}
}

func (term *terminal) enter(line string) {
	term.t.Helper()
	if _, err := term.ctrl.Write([]byte(line)); err != nil {
		term.t.Fatal(err)
	}
}

// end reads the rest and returns all that was shown, and the exit code.
func (term *terminal) end() (string, int) {
	b := make([]byte, 4096)
	for {
		n, err := term.ctrl.Read(b)
		term.shown.Write(b[:n])
		if err != nil { // the other end is closed
			break
		}
	}
	_ = term.cmd.Wait()
	return term.shown.String(), term.cmd.ProcessState.ExitCode()
}

// TestPassphraseIsTyped sets a passphrase on the terminal, and opens the repository with it on another machine. It is never shown, and
// the terminal echoes again afterwards.
func TestPassphraseIsTyped(t *testing.T) {
	project, env := scratch(t, "pt_BR.UTF-8")
	place := filepath.Join(filepath.Dir(project), "lugar")
	first := onTerminal(t, project, env, "--repositorio", place)
	if out, code := first.end(); code != 0 || !strings.Contains(out, "Só aparece agora") {
		t.Fatalf("exit %d\n%s", code, out)
	}
	const secret = "quatro palavras ao acaso"
	set := onTerminal(t, project, env, "chave", "senha", "-r", place)
	set.until("Senha nova: ")
	set.enter("curta\n")
	if out, code := set.end(); code != 2 || !strings.Contains(out, "curta demais") {
		t.Errorf("exit %d\n%s", code, out)
	}
	set = onTerminal(t, project, env, "chave", "senha", "-r", place)
	set.until("Senha nova: ")
	set.enter(secret + "\n")
	set.until("Mais uma vez: ")
	set.enter(secret + "x\n")
	if out, code := set.end(); code != 2 || !strings.Contains(out, "são diferentes") || strings.Contains(out, secret) {
		t.Errorf("exit %d\n%s", code, out)
	}
	set = onTerminal(t, project, env, "chave", "senha", "-r", place)
	set.until("Senha nova: ")
	set.enter(secret + "\n")
	set.until("Mais uma vez: ")
	set.enter(secret + "\n")
	if out, code := set.end(); code != 0 || strings.Contains(out, secret) {
		t.Errorf("exit %d\n%s", code, out)
	}

	env[0] = "HOME=" + filepath.Join(filepath.Dir(project), "home2")
	open := onTerminal(t, project, env, "listar", "-r", place)
	open.until("Código de recuperação ou senha: ")
	open.enter("errada demais\n")
	open.until("Tente de novo")
	open.until("Código de recuperação ou senha: ")
	open.enter(secret + "\n")
	out, code := open.end()
	if code != 0 || strings.Contains(out, secret) || !strings.Contains(out, "main.go") || !strings.Contains(out, "Agora esta máquina tem a própria chave") {
		t.Errorf("exit %d\n%s", code, out)
	}
	again := onTerminal(t, project, env, "listar", "-r", place)
	if out, code := again.end(); code != 0 || strings.Contains(out, "senha") {
		t.Errorf("exit %d\n%s", code, out)
	}
}

// TestRemovedKeyIsTold removes this machine's own key, which is asked about as that. With what is left of it the program says that it was removed,
// asks for another secret, and gives the machine a new key.
func TestRemovedKeyIsTold(t *testing.T) {
	const secret = "quatro palavras ao acaso"
	project, env := scratch(t, "pt_BR.UTF-8")
	place := filepath.Join(filepath.Dir(project), "lugar")
	for _, args := range [][]string{{"salvar"}, {"chave", "senha"}} {
		if out, err := program(project, append(env, "BACKUP_PROJETO_SENHA_NOVA="+secret), append(args, "-r", place)...).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimPrefix(env[0], "HOME="), ".config", "backup_projeto", "devices", "*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	key, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	slot := regexp.MustCompile(`"slot": *"([0-9a-f-]{36})"`).FindSubmatch(key)
	remove := onTerminal(t, project, env, "chave", "remover", string(slot[1]), "-r", place)
	remove.until("que é a desta máquina?")
	remove.enter("s\n")
	if out, code := remove.end(); code != 0 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	if _, err := os.Stat(files[0]); !os.IsNotExist(err) {
		t.Errorf("the file of the key that was removed: %v", err)
	}
	if err := os.WriteFile(files[0], key, 0o600); err != nil { // as another machine has it whose key was removed here
		t.Fatal(err)
	}
	open := onTerminal(t, project, env, "listar", "-r", place)
	open.until("não está mais no repositório")
	open.until("Código de recuperação ou senha: ")
	open.enter(secret + "\n")
	if out, code := open.end(); code != 0 || !strings.Contains(out, "Agora esta máquina tem a própria chave") {
		t.Errorf("exit %d\n%s", code, out)
	}
	again := onTerminal(t, project, env, "listar", "-r", place)
	if out, code := again.end(); code != 0 || strings.Contains(out, "não está mais") {
		t.Errorf("exit %d\n%s", code, out)
	}
}

// TestInterruptedQuestion presses Ctrl-C while a secret is asked for: the terminal echoes again, and the exit code says so.
func TestInterruptedQuestion(t *testing.T) {
	project, env := scratch(t, "en")
	place := filepath.Join(filepath.Dir(project), "place")
	if out, code := onTerminal(t, project, env, "-r", place).end(); code != 0 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	env[0] = "HOME=" + filepath.Join(filepath.Dir(project), "home2")
	p := onTerminal(t, project, env, "ls", "-r", place)
	p.until("This machine has no key of ")
	p.until("Recovery code or passphrase: ")
	if state, err := unix.IoctlGetTermios(p.fd, unix.TCGETS); err != nil || state.Lflag&unix.ECHO != 0 {
		t.Errorf("the secret is echoed: %v", err)
	}
	p.enter("\x03")
	// What it says then is not waited for: a terminal may lose what is written just before it hangs up.
	out, code := p.end()
	if state, err := unix.IoctlGetTermios(p.fd, unix.TCGETS); err != nil || state.Lflag&unix.ECHO == 0 {
		t.Errorf("the terminal stays without echo: %v", err)
	}
	if code != 130 {
		t.Errorf("exit %d\n%s", code, out)
	}
}

// TestRestoreAsks answers the question of a restore with no, then with yes.
func TestRestoreAsks(t *testing.T) {
	project, env := scratch(t, "en")
	file := filepath.Join(project, "main.go")
	if out, code := onTerminal(t, project, env).end(); code != 0 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	write(t, file, "changed\n")
	no := onTerminal(t, project, env, "--restore")
	no.until("The present state is saved first. [y/N] ")
	no.enter("n\n")
	if out, code := no.end(); code != 1 || !strings.Contains(out, "you said no; nothing was changed") || !strings.Contains(out, "replace: main.go") {
		t.Errorf("exit %d\n%s", code, out)
	}
	quiet := onTerminal(t, project, env, "--restore", "--quiet") // what is asked about is shown all the same
	quiet.until("The present state is saved first. [y/N] ")
	quiet.enter("n\n")
	if out, code := quiet.end(); code != 1 || !strings.Contains(out, "replace: main.go") {
		t.Errorf("exit %d\n%s", code, out)
	}
	yes := onTerminal(t, project, env, "--restore")
	yes.until("[y/N] ")
	yes.enter("y\n")
	if out, code := yes.end(); code != 0 || !strings.Contains(out, "To undo it: backup_projeto restore --snapshot ") {
		t.Errorf("exit %d\n%s", code, out)
	}
	if data, err := os.ReadFile(file); string(data) != "package main\n" {
		t.Errorf("%q, %v", data, err)
	}
}

// TestPlaceIsAskedFor wants a place whose folder above is missing, and one that holds other things.
func TestPlaceIsAskedFor(t *testing.T) {
	project, env := scratch(t, "pt_BR.UTF-8")
	missing := filepath.Join(filepath.Dir(project), "disco", "copias")
	p := onTerminal(t, project, env, "-r", missing)
	p.until("Criar? [s/N] ")
	p.enter("\n")
	if out, code := p.end(); code != 1 || !strings.Contains(out, "você disse não") {
		t.Errorf("exit %d\n%s", code, out)
	}
	p = onTerminal(t, project, env, "-r", missing)
	p.until("Criar? [s/N] ")
	p.enter("sim\n")
	if out, code := p.end(); code != 0 {
		t.Errorf("exit %d\n%s", code, out)
	}
	other := filepath.Dir(project) // it holds the project and the home folder
	p = onTerminal(t, filepath.Join(other, "disco"), env, "-r", other)
	if out, code := p.end(); code != 2 || !strings.Contains(out, "fica dentro do") {
		t.Errorf("exit %d\n%s", code, out)
	}
	full := t.TempDir()
	write(t, filepath.Join(full, "notas.txt"), "x")
	p = onTerminal(t, project, env, "-r", full)
	p.until("nela? [s/N] ")
	p.enter("não\n")
	if out, code := p.end(); code != 1 {
		t.Errorf("exit %d\n%s", code, out)
	}
}

// TestHomeIsAskedFor saves the home folder as a project: the first time that is a question, where somebody is there.
func TestHomeIsAskedFor(t *testing.T) {
	project, env := scratch(t, "en")
	home := filepath.Join(filepath.Dir(project), "home")
	p := onTerminal(t, home, env)
	p.until("project? [y/N] ")
	p.enter("n\n")
	if out, code := p.end(); code != 1 {
		t.Errorf("exit %d\n%s", code, out)
	}
	if left, err := os.ReadDir(home); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
	p = onTerminal(t, home, env)
	p.until("project? [y/N] ")
	p.enter("y\n")
	if out, code := p.end(); code != 0 {
		t.Errorf("exit %d\n%s", code, out)
	}
	if out, code := onTerminal(t, home, env).end(); code != 0 {
		t.Errorf("exit %d\n%s", code, out)
	}
}

// TestKitAsks shows the recovery kit on a terminal after a yes.
func TestKitAsks(t *testing.T) {
	project, env := scratch(t, "en")
	if out, code := onTerminal(t, project, env).end(); code != 0 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	p := onTerminal(t, project, env, "key", "recovery")
	p.until("Show it on this screen? [y/N] ")
	p.enter("y\n")
	if out, code := p.end(); code != 0 || !codePattern.MatchString(out) {
		t.Errorf("exit %d\n%s", code, out)
	}
}
