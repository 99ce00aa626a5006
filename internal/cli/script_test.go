package cli

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"backup_projeto/internal/keys"
)

// jsonLog is the variable that names the file where the program under test copies what it prints with --json: TestJSONIsDocumented
// reads it.
const jsonLog = "TEST_JSON_LOG"

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		Program:  func() { os.Exit(Main(logged(System()))) },
		"asuser": asUser,
	})
}

// logged copies JSON output to the log.
func logged(p Process) Process {
	name := os.Getenv(jsonLog)
	if name == "" || !slices.Contains(p.Args, "--json") {
		return p
	}
	log, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666)
	if err != nil {
		panic(err)
	}
	if p.Args[0] != "cat" && p.Args[0] != "man" && p.Args[0] != "completion" && !slices.Contains(p.Args, "--help") {
		p.Stdout = io.MultiWriter(p.Stdout, log)
	}
	return p
}

// scripts runs every script of a folder; env has further variables.
func scripts(t *testing.T, dir string, vars ...string) {
	testscript.Run(t, testscript.Params{
		Dir: dir,
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, "home")
			project := filepath.Join(env.WorkDir, "app")
			for _, dir := range []string{home, project} {
				if err := os.MkdirAll(dir, 0o777); err != nil {
					return err
				}
			}
			env.Cd = project
			env.Vars = append(env.Vars, "HOME="+home, "LANG=C.UTF-8", "LC_ALL=", "BACKUP_PROJETO_KEYRING=off", "CI=",
				jsonLog+"="+os.Getenv(jsonLog))
			env.Vars = append(env.Vars, vars...)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":      cmdExits,
			"savecode":   cmdSaveCode,
			"saveid":     cmdSaveID,
			"purge":      cmdPurge,
			"waitfor":    cmdWaitFor,
			"flip":       cmdFlip,
			"nosecret":   cmdNoSecret,
			"clock":      cmdClock,
			"attack":     cmdAttack,
			"savetime":   cmdSaveTime,
			"savemoment": cmdSaveMoment,
			"reput":      cmdReput,
			"spoil":      cmdSpoil,
			"grant":      cmdGrant,
			"noviews":    cmdNoViews,
		},
		Condition: func(cond string) (bool, error) {
			if cond == "root" {
				return os.Getuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
	})
}

// cmdExits runs a program and wants that exit code: exits CODE PROGRAM ARGS...
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

var (
	codePattern = regexp.MustCompile(`BP(-[0-9A-Z]{4}){9}`)
	idPattern   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}`)
)

// cmdSaveCode writes the recovery code found in a file (or stdout, stderr) to another and to a variable: savecode FROM FILE.
func cmdSaveCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: savecode FROM FILE")
	}
	code := codePattern.FindString(ts.ReadFile(args[0]))
	if code == "" {
		ts.Fatalf("no recovery code in %s", args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(code+"\n"), 0o600))
	ts.Setenv("CODE", code)
}

// cmdPurge removes the files below a folder whose names begin with an id: purge DIR ID.
func cmdPurge(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 || neg {
		ts.Fatalf("usage: purge DIR ID")
	}
	found := false
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasPrefix(d.Name(), args[1]) {
			return err
		}
		found = true
		return os.Remove(path)
	}))
	if !found {
		ts.Fatalf("%s has no file that begins with %s", args[0], args[1])
	}
}

// cmdSaveID keeps the nth snapshot id (from 1) found in a file (or stdout, stderr) in a variable: saveid FROM N VARIABLE.
func cmdSaveID(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: saveid FROM N VARIABLE")
	}
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ids := idPattern.FindAllString(ts.ReadFile(args[0]), -1)
	if len(ids) < n {
		ts.Fatalf("%d ids in %s", len(ids), args[0])
	}
	ts.Setenv(args[2], ids[n-1])
}

// cmdWaitFor waits until a file exists.
func cmdWaitFor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: waitfor FILE")
	}
	for range 1500 {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	ts.Fatalf("%s does not appear", args[0])
}

// cmdFlip changes one byte near the beginning of the nth file (from 1) below a folder: a disk that lies. Twice is as before.
func cmdFlip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: flip FOLDER N")
	}
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	n := 0
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if n++; n != at {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		data[min(20, len(data)/4)] ^= 0x40
		return os.WriteFile(path, data, 0o600)
	}))
	if n < at {
		ts.Fatalf("%d files in %s", n, args[0])
	}
}

// cmdNoSecret fails if the last output or error has what a file holds, or the key of any device: nosecret FILE...
func cmdNoSecret(ts *testscript.TestScript, neg bool, args []string) {
	devices, err := filepath.Glob(filepath.Join(ts.Getenv("WORK"), "*", ".config", Program, "devices", "*.json"))
	ts.Check(err)
	if len(devices) == 0 {
		ts.Fatalf("no device has a key")
	}
	for _, name := range append(devices, args...) {
		secret := strings.TrimSpace(ts.ReadFile(name))
		if key, err := keys.ParseDeviceKey([]byte(secret)); err == nil {
			secret = hex.EncodeToString(key.Key)
		}
		if secret == "" {
			ts.Fatalf("%s is empty", name)
		}
		for _, out := range []string{"stdout", "stderr"} {
			if strings.Contains(ts.ReadFile(out), secret) {
				ts.Fatalf("%s shows the secret of %s", out, name)
			}
		}
	}
}

// cmdClock sets the times of files: clock 2026-11-20T18:30:00Z FILE...
func cmdClock(ts *testscript.TestScript, neg bool, args []string) {
	at, err := time.Parse(time.RFC3339, args[0])
	ts.Check(err)
	for _, name := range args[1:] {
		ts.Check(os.Chtimes(ts.MkAbs(name), at, at))
	}
}
