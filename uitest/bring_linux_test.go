package uitest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A model of one's own comes by a drop or through the dialog, stays where it is,
// is judged, and answers.
func TestAModelIsBroughtByADropAndThroughTheDialog(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(bench.root, "models", starter))
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "my models")
	if err := os.Mkdir(elsewhere, 0o700); err != nil {
		t.Fatal(err)
	}
	dropped, chosen := filepath.Join(elsewhere, "dropped.gguf"), filepath.Join(elsewhere, "chosen.gguf")
	for _, path := range []string{dropped, chosen} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	home, env := newcomer(t)
	w := start(t, home, env...)

	w.find("#welcome .way.first")
	w.drops(dropped, w.linked(dropped))
	eventually(t, "it answers from now on", func() bool { return w.text(".heading .model") == "dropped" })
	w.find("#welcome[hidden]")
	w.openModels()
	w.chooses(`#section-import [hx-post="/models/choose"]`, "Choose a file", chosen, w.linked(chosen))
	w.says("the chosen file", "#shelf", "chosen")
	w.about("chosen")
	w.says("how it fits", "dialog.anatomy", "tokens of context")
	w.picture()
	w.press("dialog.anatomy [data-close]")
	w.press("#models [data-leave]")
	w.say("What is the capital of France? Answer in one short sentence.")
	if answer := w.reply("done"); !strings.Contains(answer, "Paris") {
		t.Errorf("it answers %q", answer)
	}
	for _, path := range []string{dropped, chosen} {
		if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(data)) {
			t.Errorf("%s is not as it was: %v, %v", path, info, err)
		}
	}
}

// linked tells whether the shelf has a link to file.
func (w *window) linked(file string) func() bool {
	return func() bool {
		target, err := os.Readlink(filepath.Join(w.home, "data", "models", filepath.Base(file)))
		return err == nil && target == file
	}
}

// chooses presses what opens a dialog, and answers file until done. Keys can be
// lost, see saves.
func (w *window) chooses(button, title, file string, done func() bool) {
	w.t.Helper()
	for _, delay := range []string{"20", "60", "180"} {
		if bench.screen.find(title) == "" {
			w.press(button)
		}
		bench.screen.answer(w.t, title, file, delay)
		if poll(20*time.Second, done) {
			return
		}
	}
	w.t.Fatalf("%s was chosen in vain", file)
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
