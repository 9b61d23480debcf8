package library

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"notso/app/spelling"
)

// NotFoundError says that a name or a path leads to no model, or to several.
type NotFoundError struct {
	Name  string
	Near  []string // names that may be meant; several may match Name
	Known []string // names of all models
}

func (e *NotFoundError) Error() string {
	switch {
	case len(e.Near) > 0:
		return fmt.Sprintf("there is no model %q; did you mean %s?", e.Name, strings.Join(e.Near, " or "))
	case len(e.Known) > 0:
		return fmt.Sprintf("there is no model %q; there is %s", e.Name, strings.Join(e.Known, ", "))
	}
	return fmt.Sprintf("there is no model %q, and no other one; give the path of a GGUF file", e.Name)
}

// Resolve returns the absolute path of the model that a person names: by the
// path of its file ("~" is the home folder), by its name, or by a part of its
// name that no other has. Case does not count in names.
// Errors: *NotFoundError.
func (l *Library) Resolve(nameOrPath string) (string, error) {
	if path, ok := file(expand(nameOrPath)); ok {
		return scanFile(path).Path, nil
	}
	models, err := l.find()
	if err != nil && len(models) == 0 {
		return "", err
	}
	wanted := strings.ToLower(strings.TrimSuffix(filepath.Base(nameOrPath), ".gguf"))
	missing := &NotFoundError{Name: nameOrPath}
	for _, m := range models {
		missing.Known = append(missing.Known, m.Name)
	}
	if !strings.ContainsAny(nameOrPath, `/\`) {
		for _, m := range models {
			if strings.ToLower(m.Name) == wanted {
				return m.Path, nil
			}
		}
		if i := slices.IndexFunc(models, contains(wanted)); i >= 0 && !slices.ContainsFunc(models[i+1:], contains(wanted)) {
			return models[i].Path, nil
		}
	}
	for _, m := range models {
		if contains(wanted)(m) {
			missing.Near = append(missing.Near, m.Name)
		}
	}
	if missing.Near == nil {
		missing.Near = spelling.Near(wanted, missing.Known)
	}
	return "", missing
}

func contains(part string) func(Model) bool {
	return func(m Model) bool { return part != "" && strings.Contains(strings.ToLower(m.Name), part) }
}

// expand puts the home folder in the place of "~", which no shell has done for
// what is typed into the window.
func expand(path string) string {
	rest, ok := strings.CutPrefix(path, "~"+string(filepath.Separator))
	if !ok {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return filepath.Join(home, rest)
}
