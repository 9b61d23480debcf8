package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// wailsPath, yzmaPath: modules that only one place may know.
const (
	wailsPath = "github.com/wailsapp/wails/"
	yzmaPath  = "github.com/hybridgroup/yzma/"
)

// goPackage is what go list tells of a package.
type goPackage struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func TestImportsRunOneWay(t *testing.T) {
	packages := listPackages(t)
	rules := []struct {
		name     string
		whom     func(pkg string) bool
		may      func(imported string) bool
		indirect bool // what is imported by others counts too
	}{
		{
			name: "only main knows Wails",
			whom: func(pkg string) bool { return pkg != "notso" },
			may:  func(imported string) bool { return !strings.HasPrefix(imported, wailsPath) }, indirect: true,
		},
		{
			name: "only engine/llama imports yzma",
			whom: func(pkg string) bool { return pkg != "notso/engine/llama" },
			may:  func(imported string) bool { return !strings.HasPrefix(imported, yzmaPath) },
		},
		{
			name: "the window's process does not hold llama.cpp through app",
			whom: func(pkg string) bool { return within(pkg, "notso/app") },
			may:  func(imported string) bool { return !strings.HasPrefix(imported, yzmaPath) }, indirect: true,
		},
		{
			name: "engine never knows app",
			whom: func(pkg string) bool { return within(pkg, "notso/engine") },
			may:  func(imported string) bool { return !within(imported, "notso/app") }, indirect: true,
		},
		{
			name: "app knows the engine by its interface alone",
			whom: func(pkg string) bool { return within(pkg, "notso/app") },
			may:  func(imported string) bool { return !strings.HasPrefix(imported, "notso/engine/") }, indirect: true,
		},
		{
			name: "the engine's interface is standard library only",
			whom: func(pkg string) bool { return pkg == "notso/engine" },
			may:  standard, indirect: true,
		},
		{
			name: "the domain is standard library only",
			whom: func(pkg string) bool { return pkg == "notso/app/chat" },
			may:  standard, indirect: true,
		},
		{
			name: "the store knows the domain and nothing above it",
			whom: func(pkg string) bool { return pkg == "notso/app/store" },
			may:  func(imported string) bool { return !within(imported, "notso") || imported == "notso/app/chat" }, indirect: true,
		},
		{
			name: "disk is a leaf",
			whom: func(pkg string) bool { return pkg == "notso/disk" },
			may:  func(imported string) bool { return !within(imported, "notso") },
		},
		{
			name: "frontend is a leaf",
			whom: func(pkg string) bool { return pkg == "notso/frontend" },
			may:  standard, indirect: true,
		},
		{
			name: "nothing imports main's own helpers but main",
			whom: func(pkg string) bool { return pkg != "notso" },
			may:  func(imported string) bool { return imported != "notso/native" },
		},
	}
	for _, rule := range rules {
		t.Run(rule.name, func(t *testing.T) {
			looked := false
			for _, p := range packages {
				if !rule.whom(p.ImportPath) {
					continue
				}
				looked = true
				imports := p.Imports
				if rule.indirect {
					imports = p.Deps
				}
				for _, imported := range imports {
					if !rule.may(imported) {
						t.Errorf("%s imports %s", p.ImportPath, imported)
					}
				}
			}
			if !looked {
				t.Error("the rule is about no package of the tree")
			}
		})
	}
}

func within(pkg, tree string) bool { return pkg == tree || strings.HasPrefix(pkg, tree+"/") }

// standard tells packages of the standard library: their paths have no dot in
// the first part. Those that it brings along lie below vendor.
func standard(pkg string) bool {
	first, _, _ := strings.Cut(pkg, "/")
	return !strings.Contains(first, ".") && first != "notso"
}

// listPackages lists the tree's packages, without their tests.
func listPackages(t *testing.T) []goPackage {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", "-json=ImportPath,Imports,Deps", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	var packages []goPackage
	for decoder := json.NewDecoder(strings.NewReader(string(out))); decoder.More(); {
		var p goPackage
		if err := decoder.Decode(&p); err != nil {
			t.Fatal(err)
		}
		if within(p.ImportPath, "notso") {
			packages = append(packages, p)
		}
	}
	return packages
}

func TestLockFilesNameNoRegistry(t *testing.T) {
	files, err := filepath.Glob("build/npm/*/package-lock.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("the lock files of the engine libraries are %v, %v", files, err)
	}
	for _, file := range slices.Concat(files, []string{"package-lock.json"}) {
		var lock struct {
			Packages map[string]struct{ Resolved, Integrity string }
		}
		data, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(data, &lock)
		}
		if err != nil {
			t.Fatal(err)
		}
		for name, p := range lock.Packages {
			if p.Resolved != "" {
				t.Errorf("%s: %s is tied to the address %s", file, name, p.Resolved)
			}
			if name != "" && p.Integrity == "" {
				t.Errorf("%s: %s has no hash", file, name)
			}
		}
	}
}
