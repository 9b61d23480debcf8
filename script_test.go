package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"notso/app/cli/clitest"
	"notso/engine/scripted"
)

// roleVariable makes the test binary the program, in the role that it names.
const roleVariable = "NOTSO_TEST_ROLE"

// The scripts run this program, worker and all: the test binary takes its part.
func TestMain(m *testing.M) {
	if os.Getenv(roleVariable) == bareRole {
		os.Exit(runBare())
	}
	if os.Getenv(roleVariable) != "" {
		os.Exit(run([]string{os.Getenv(roleVariable)}))
	}
	testscript.Main(m, map[string]func(){"notso": main})
}

func TestScripts(t *testing.T) {
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	starter := filepath.Join(root, "models", "SmolLM2-135M-Instruct.Q4_1.gguf")
	if _, err := os.Stat(starter); err != nil {
		t.Fatalf("the starter model is missing: make test fetches it (%v)", err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("NOTSO_HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv("NOTSO_ENGINE_LIB", filepath.Join(root, "build", "engine"))
			env.Setenv("STARTER", starter)
			env.Setenv("ROOT", root)
			if err := scripted.WriteModel(filepath.Join(env.WorkDir, "plain.gguf"), scripted.Plain()); err != nil {
				return err
			}
			return scripted.WriteModel(filepath.Join(env.WorkDir, "reasoning.gguf"), scripted.Reasoning())
		},
	})
}

// The command line's own scripts, on the real worker instead of a fake.
func TestScriptsOfTheCommandLine(t *testing.T) {
	writeModel := func(path string) error { return scripted.WriteModel(path, scripted.Plain()) }
	testscript.Run(t, clitest.Params("app/cli/testdata/script", writeModel, "NOTSO_ENGINE_LIB="+engineLibraries(t)))
}
