package llama

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// ManifestName is the file beside the libraries that lists them: a line
// `sha256  filename` for each.
const ManifestName = "MANIFEST.sha256"

// ManifestError says why the libraries in Dir are not loaded. Reason is a clause
// for people.
type ManifestError struct {
	Dir    string
	Reason string
}

func (e *ManifestError) Error() string {
	return fmt.Sprintf("engine libraries in %s: %s", e.Dir, e.Reason)
}

// checkManifest compares every library in dir with the manifest: each one
// listed and unchanged, none besides, none missing. Links must lead to a listed
// file of the same folder.
func checkManifest(dir string) error {
	listed, err := readManifest(dir)
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return &ManifestError{dir, err.Error()}
	}
	for _, entry := range entries {
		name := entry.Name()
		if !isLibrary(name) || entry.IsDir() {
			continue
		}
		if entry.Type()&os.ModeSymlink != 0 {
			target, err := os.Readlink(filepath.Join(dir, name))
			if err != nil || listed[target] == "" {
				return &ManifestError{dir, fmt.Sprintf("the link %s leads to no listed file", name)}
			}
			continue
		}
		if listed[name] == "" {
			return &ManifestError{dir, name + " is not in " + ManifestName}
		}
	}
	for name, want := range listed {
		got, err := fileHash(filepath.Join(dir, name))
		if err != nil {
			return &ManifestError{dir, err.Error()}
		}
		if got != want {
			return &ManifestError{dir, name + " was changed since it was staged"}
		}
	}
	return nil
}

// readManifest returns the hash of each file by name.
func readManifest(dir string) (map[string]string, error) {
	f, err := os.Open(filepath.Join(dir, ManifestName))
	if err != nil {
		return nil, &ManifestError{dir, "there is no " + ManifestName + "; `make engine` stages them"}
	}
	defer f.Close()
	listed := make(map[string]string)
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		hash, name, ok := strings.Cut(lines.Text(), "  ")
		if !ok || len(hash) != 2*sha256.Size || name == "" || name != filepath.Base(name) {
			return nil, &ManifestError{dir, fmt.Sprintf("%s has a line that cannot be read: %q", ManifestName, lines.Text())}
		}
		listed[name] = strings.ToLower(hash)
	}
	if err := lines.Err(); err != nil {
		return nil, &ManifestError{dir, err.Error()}
	}
	return listed, nil
}

// isLibrary tells by name, on any platform: libx.so, libx.so.1, x.dll, x.dylib.
func isLibrary(name string) bool {
	for _, ext := range []string{".so", ".dll", ".dylib"} {
		if strings.HasSuffix(name, ext) || strings.Contains(name, ext+".") {
			return true
		}
	}
	return false
}

func fileHash(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
