package shelf

import (
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"notso/app/library"
)

// Stranger is a model that another program keeps on this machine.
type Stranger struct {
	Program string `json:"program"`
	Name    string `json:"name"` // what it would be called here
	library.Model
}

// Elsewhere looks where other programs keep their models, and lists those that
// are not on the shelf yet. It opens nothing but the folders and Ollama's lists;
// Import checks a file before it is used.
func (s *Shelf) Elsewhere() []Stranger {
	here, _ := s.opts.Library.List()
	var found []Stranger
	add := func(program, name, path string) {
		m := s.opts.Library.Glance(path)
		known := func(path string) bool { return sameFile(path, m.Path) }
		if slices.ContainsFunc(here, func(h library.Model) bool { return known(h.Path) }) ||
			slices.ContainsFunc(found, func(f Stranger) bool { return known(f.Path) }) || m.SizeBytes == 0 {
			return
		}
		found = append(found, Stranger{Program: program, Name: first(name, goodStem(m.Name)), Model: m})
	}
	for _, p := range places() {
		if p.ollama {
			for name, blob := range ollama(p.folder) {
				add(p.program, name, blob)
			}
			continue
		}
		for _, path := range ggufs(p.folder) {
			add(p.program, "", path)
		}
	}
	slices.SortFunc(found, func(a, b Stranger) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return found
}

// place is a folder of another program.
type place struct {
	program string
	folder  string
	ollama  bool
}

// places lists where the programs keep their models by default, and where their
// own variables say.
func places() []place {
	home, err := os.UserHomeDir()
	if err != nil {
		return nil
	}
	in := func(parts ...string) string { return filepath.Join(append([]string{home}, parts...)...) }
	list := []place{
		{program: "LM Studio", folder: in(".lmstudio", "models")},
		{program: "LM Studio", folder: in(".cache", "lm-studio", "models")},
		{program: "Jan", folder: in("jan", "models")},
		{program: "Jan", folder: in(".local", "share", "Jan", "data", "llamacpp", "models")},
		{program: "Jan", folder: in(".config", "Jan", "data", "llamacpp", "models")},
		{program: "llama.cpp", folder: os.Getenv("LLAMA_CACHE")},
		{program: "llama.cpp", folder: in(".cache", "llama.cpp")},
		{program: "llama.cpp", folder: in(".cache", "huggingface", "hub")},
		{program: "Ollama", folder: os.Getenv("OLLAMA_MODELS"), ollama: true},
		{program: "Ollama", folder: in(".ollama", "models"), ollama: true},
	}
	switch runtime.GOOS {
	case "linux":
		list = append(list, place{program: "Ollama", folder: "/usr/share/ollama/.ollama/models", ollama: true})
	case "darwin":
		list = append(list,
			place{program: "Jan", folder: in("Library", "Application Support", "Jan", "data", "llamacpp", "models")},
			place{program: "llama.cpp", folder: in("Library", "Caches", "llama.cpp")})
	case "windows":
		list = append(list,
			place{program: "Jan", folder: filepath.Join(os.Getenv("APPDATA"), "Jan", "data", "llamacpp", "models")},
			place{program: "llama.cpp", folder: filepath.Join(os.Getenv("LOCALAPPDATA"), "llama.cpp")})
	}
	return slices.DeleteFunc(list, func(p place) bool { return p.folder == "" || !filepath.IsAbs(p.folder) })
}

// What a walk through another program's folder looks at, at most.
const (
	deepest = 6
	mostOf  = 20_000
)

// ggufs lists the models below a folder, of a split one the first part alone.
func ggufs(folder string) []string {
	var found []string
	looked := 0
	filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
		looked++
		switch {
		case looked > mostOf:
			return fs.SkipAll
		case err != nil:
			return nil
		case e.IsDir():
			if strings.Count(strings.TrimPrefix(path, folder), string(filepath.Separator)) > deepest {
				return fs.SkipDir
			}
			return nil
		}
		name := strings.ToLower(e.Name())
		part := regexp.MustCompile(`-(\d{5})-of-\d{5}\.gguf$`).FindStringSubmatch(name)
		if strings.HasSuffix(name, ".gguf") && !strings.Contains(name, "mmproj") && (part == nil || part[1] == "00001") {
			found = append(found, path)
		}
		return nil
	})
	return found
}

// ollama reads Ollama's manifests: the models by the name they would have here.
func ollama(folder string) map[string]string {
	found := map[string]string{}
	manifests := filepath.Join(folder, "manifests")
	looked := 0
	filepath.WalkDir(manifests, func(path string, e fs.DirEntry, err error) error {
		if looked++; looked > mostOf {
			return fs.SkipAll
		}
		if err != nil || !e.Type().IsRegular() {
			return nil
		}
		blob := blobOf(path)
		if !regexp.MustCompile(`^sha256:[0-9a-f]{64}$`).MatchString(blob) {
			return nil
		}
		name := goodStem(filepath.Base(filepath.Dir(path)) + "-" + filepath.Base(path))
		found[strings.TrimSuffix(name, ".gguf")] = filepath.Join(folder, "blobs", strings.Replace(blob, ":", "-", 1))
		return nil
	})
	return found
}

// blobOf reads which blob of a manifest is the model, "" for none.
func blobOf(path string) string {
	const limit = 1 << 20 // bytes
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	var manifest struct {
		Layers []struct {
			MediaType string `json:"mediaType"`
			Digest    string `json:"digest"`
		} `json:"layers"`
	}
	if json.NewDecoder(io.LimitReader(f, limit)).Decode(&manifest) != nil {
		return ""
	}
	for _, layer := range manifest.Layers {
		if layer.MediaType == "application/vnd.ollama.image.model" {
			return layer.Digest
		}
	}
	return ""
}
