package uitest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A model of one's own that is dropped stays where it is, and answers.
func TestAModelIsBroughtByADrop(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(bench.root, "models", starter))
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "my models")
	if err := os.Mkdir(elsewhere, 0o700); err != nil {
		t.Fatal(err)
	}
	dropped := filepath.Join(elsewhere, "dropped.gguf")
	if err := os.WriteFile(dropped, data, 0o600); err != nil {
		t.Fatal(err)
	}
	home, env := newcomer(t)
	w := start(t, home, env...)

	w.find("#welcome .way.first")
	w.drops(dropped, w.linked(dropped))
	eventually(t, "it answers from now on", func() bool { return w.text(".heading .model") == "dropped" })
	w.find("#welcome[hidden]")
	w.openModels()
	w.says("the dropped file", "#shelf", "linked, the file belongs to another program")
	w.picture()
	w.press("#models [data-leave]")
	w.say("What is the capital of France? Answer in one short sentence.")
	if answer := w.reply("done"); !strings.Contains(answer, "Paris") {
		t.Errorf("it answers %q", answer)
	}
	if info, err := os.Lstat(dropped); err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(data)) {
		t.Errorf("the file is not as it was: %v, %v", info, err)
	}
}

// linked tells whether the shelf has a link to file.
func (w *window) linked(file string) func() bool {
	return func() bool {
		target, err := os.Readlink(filepath.Join(w.home, "data", "models", filepath.Base(file)))
		return err == nil && target == file
	}
}

// drops drags file out of another program's window onto this one, until done. A
// quick hand lets go before the programs have spoken, so it drags again, slower.
func (w *window) drops(file string, done func() bool) {
	w.t.Helper()
	program := filepath.Join(w.t.TempDir(), "dragsource")
	build := exec.Command("sh", "-c", `cc -o "$0" testdata/dragsource.c $(pkg-config --cflags --libs gtk+-3.0)`, program)
	if out, err := build.CombinedOutput(); err != nil {
		w.t.Fatalf("%s%v", out, err)
	}
	source := exec.Command(program, file)
	source.Env = environment(w.home)
	if err := source.Start(); err != nil {
		w.t.Fatal(err)
	}
	defer func() { source.Process.Kill(); source.Wait() }()
	bench.screen.window(w.t, "Drag me")
	for _, pause := range []string{"0.2", "0.5", "1"} {
		gesture := []string{"mousemove", "80", "80", "sleep", pause, "mousedown", "1", "sleep", pause}
		for _, at := range [][2]string{{"100", "100"}, {"200", "200"}, {"400", "350"}, {"600", "450"}, {"605", "455"}} {
			gesture = append(gesture, "mousemove", at[0], at[1], "sleep", pause)
		}
		if out, err := bench.screen.xdotool(append(gesture, "mouseup", "1")...); err != nil {
			w.t.Fatalf("drag: %v %s", err, out)
		}
		if poll(20*time.Second, done) {
			return
		}
	}
	w.t.Fatalf("%s was dropped in vain", file)
}
