//go:build !js

package main_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// binary is the command of this source tree.
var binary string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "devnet-command-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "devnet")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// command starts it over a page with nothing on it. It returns when the command
// has printed its last line, with all that it has said.
func command(t *testing.T, args ...string) (running *exec.Cmd, said string) {
	t.Helper()
	dir := t.TempDir()
	config, err := os.ReadFile("../../config.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "dist"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"index.html": "<head></head>", "config.json": string(config)} {
		if err := os.WriteFile(filepath.Join(dir, "dist", name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	running = exec.CommandContext(t.Context(), binary, append([]string{"-built", "-rpc", "0", "-relay", "0"}, args...)...)
	running.Dir = dir
	running.Stderr = os.Stderr
	out, err := running.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := running.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		said += lines.Text() + "\n"
		if strings.Contains(lines.Text(), "Ctrl+C ends it") {
			return running, said
		}
	}
	t.Fatalf("it ended with %v after\n%s", running.Wait(), said)
	return nil, ""
}

func TestDevnet_ends_cleanly(t *testing.T) {
	for name, signal := range map[string]os.Signal{"Ctrl+C": os.Interrupt, "SIGTERM": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			running, _ := command(t, "-port", "0")
			if err := running.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			slow := time.AfterFunc(20*time.Second, func() { _ = running.Process.Kill() }) // Wait tells
			defer slow.Stop()
			if err := running.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDevnet_takes_the_next_port_when_one_is_taken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, err := net.SplitHostPort(taken.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_, said := command(t, "-port", port)
	_, address, _ := strings.Cut(said, "Open ")
	address, _, _ = strings.Cut(strings.TrimSpace(address), "\n")
	if strings.Contains(address, ":"+port+"/") {
		t.Errorf("it says %q, which is taken", address)
	}
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("%s: %s", address, answer.Status)
	}
}

func TestDevnet_warns_of_a_clock_that_runs_ahead(t *testing.T) {
	const warning = "Warning: -rate"
	if _, said := command(t, "-port", "0"); strings.Contains(said, warning) {
		t.Errorf("it warns of the real time:\n%s", said)
	}
	if _, said := command(t, "-port", "0", "-rate", "11"); !strings.Contains(said, warning+" 11") || !strings.Contains(said, "about 6s") {
		t.Errorf("no warning, or another:\n%s", said)
	}
}
