// Package hub knows the model hub, Hugging Face: where a repository's files are,
// which of them are models, and which repositories match some words.
//
// It asks only when a person asks. What it answers is a stranger's text: names
// are checked before they are used, and everything is shown as text.
package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"notso/app/fetch"
)

// Host is the hub's. A mirror, which the user may name, takes its place.
const Host = "huggingface.co"

// answerLimit bounds what the hub may answer, in bytes.
const answerLimit = 8 << 20

// ErrNoModels: the repository is there, but holds no GGUF file.
var ErrNoModels = errors.New("this repository holds no GGUF file; look for one whose name ends in GGUF")

// Hub asks the hub, or the mirror of it.
type Hub struct {
	client *fetch.Client
	base   string
}

// New returns a Hub. mirror is the origin of a server that answers as the hub
// does ("https://mirror.example"); "" is the hub itself.
func New(client *fetch.Client, mirror string) *Hub {
	base := strings.TrimSuffix(mirror, "/")
	if base == "" {
		base = "https://" + Host
	}
	return &Hub{client: client, base: base}
}

// Trusted is the origin that a mirror's address names, for fetch.Policy; "" when
// there is no mirror. Errors are clauses for people.
func Trusted(mirror string) (string, error) {
	if mirror == "" {
		return "", nil
	}
	u, err := url.Parse(mirror)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" {
		return "", fmt.Errorf("the mirror %q is no address such as https://mirror.example", mirror)
	}
	return fetch.Origin(u), nil
}

// Ref is a repository, and perhaps a file in it.
type Ref struct {
	Repository string // owner/name
	File       string // path in it; "" when none is named
}

// Parse reads what a person calls a repository: "owner/name", the same with
// ":Q4_K_M" or a file behind it, "hf:…", or a link to its page or to a file.
// Which quantisation is meant comes back apart; ok is false for anything else.
func Parse(text string) (ref Ref, quantisation string, ok bool) {
	text = strings.TrimSpace(text)
	rest, isLink := cutAny(text, "https://", "http://")
	if isLink {
		host, behind, _ := strings.Cut(rest, "/")
		if !slices.Contains([]string{Host, "www." + Host, "hf.co"}, strings.ToLower(host)) {
			return Ref{}, "", false
		}
		rest, _, _ = strings.Cut(behind, "?")
		rest, _, _ = strings.Cut(rest, "#")
		unescaped, err := url.PathUnescape(rest)
		if err != nil {
			return Ref{}, "", false
		}
		rest = unescaped
	} else if rest, isLink = cutAny(text, "hf.co/", Host+"/", "hf:", "hf://"); isLink {
		rest = strings.TrimPrefix(rest, "//")
	}
	rest, quantisation, _ = strings.Cut(strings.Trim(rest, "/"), ":")
	parts := strings.Split(rest, "/")
	if len(parts) < 2 || !goodPart(parts[0]) || !goodPart(parts[1]) {
		return Ref{}, "", false
	}
	ref.Repository = parts[0] + "/" + parts[1]
	file := parts[2:]
	if len(file) > 2 && slices.Contains([]string{"resolve", "blob", "raw", "tree"}, file[0]) {
		file = file[2:]
	} else if len(file) > 0 && file[0] == "tree" {
		file = nil
	}
	for _, part := range file {
		if part == "" || part == "." || part == ".." {
			return Ref{}, "", false
		}
	}
	ref.File = strings.Join(file, "/")
	return ref, quantisation, true
}

func cutAny(text string, prefixes ...string) (string, bool) {
	for _, prefix := range prefixes {
		if len(text) >= len(prefix) && strings.EqualFold(text[:len(prefix)], prefix) {
			return text[len(prefix):], true
		}
	}
	return text, false
}

func goodPart(text string) bool {
	return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,95}$`).MatchString(text)
}

// URL is where a file of a repository is.
func (h *Hub) URL(repository, file string) string {
	return h.base + "/" + repository + "/resolve/main/" + escape(file)
}

func escape(file string) string {
	parts := strings.Split(file, "/")
	for i := range parts {
		parts[i] = url.PathEscape(parts[i])
	}
	return strings.Join(parts, "/")
}

// File is a GGUF file of a repository, as the hub states it.
type File struct {
	Path         string `json:"path"`
	Name         string `json:"name"` // to be called so on disk
	SizeBytes    int64  `json:"size"`
	SHA256       string `json:"sha256"` // of the LFS object; "" when the hub states none
	Quantisation string `json:"quantisation"`
}

// Model is a model of a repository, split into several files or not.
type Model struct {
	Name      string `json:"name"`
	SizeBytes int64  `json:"size"`
	Files     []File `json:"files"`
}

// Models lists the models of a repository, the smallest first. Models of other
// kinds that stand beside them, such as image encoders, are left out.
// Errors: ErrNoModels, and those of fetch.Client.Read.
func (h *Hub) Models(ctx context.Context, repository string) ([]Model, error) {
	var entries []struct {
		Type string `json:"type"`
		Path string `json:"path"`
		Size int64  `json:"size"`
		LFS  *struct {
			OID  string `json:"oid"`
			Size int64  `json:"size"`
		} `json:"lfs"`
	}
	if err := h.read(ctx, "/api/models/"+repository+"/tree/main?recursive=true", &entries); err != nil {
		return nil, err
	}
	var models []Model
	for _, e := range entries {
		name := path.Base(e.Path)
		if e.Type != "file" || !strings.EqualFold(path.Ext(name), ".gguf") || strings.Contains(strings.ToLower(name), "mmproj") || !fetch.GoodName(name) {
			continue
		}
		f := File{Path: e.Path, Name: name, SizeBytes: e.Size, Quantisation: quantisationOf(name)}
		if e.LFS != nil && regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(e.LFS.OID) {
			f.SHA256, f.SizeBytes = e.LFS.OID, e.LFS.Size
		}
		whole := regexp.MustCompile(`-\d{5}-of-\d{5}$`).ReplaceAllString(strings.TrimSuffix(name, path.Ext(name)), "")
		i := slices.IndexFunc(models, func(m Model) bool { return m.Name == whole })
		if i < 0 {
			i = len(models)
			models = append(models, Model{Name: whole})
		}
		models[i].Files = append(models[i].Files, f)
		models[i].SizeBytes += f.SizeBytes
	}
	if len(models) == 0 {
		return nil, ErrNoModels
	}
	slices.SortStableFunc(models, func(a, b Model) int { return int(min(max(a.SizeBytes-b.SizeBytes, -1), 1)) })
	return models, nil
}

// quantisationOf reads the quantisation off a file's name, "" when it tells none.
func quantisationOf(name string) string {
	found := regexp.MustCompile(`(?i)(?:^|[-._])((?:UD-)?(?:I?Q\d[A-Z0-9_]*|TQ\d_\d|F16|F32|BF16|MXFP4))(?:[-.]|$)`).FindStringSubmatch(strings.TrimSuffix(name, path.Ext(name)))
	if found == nil {
		return ""
	}
	return strings.ToUpper(found[1])
}

// Found is a repository that matches some words.
type Found struct {
	Repository string   `json:"repository"`
	Downloads  int64    `json:"downloads"`
	Likes      int64    `json:"likes"`
	Gated      bool     `json:"gated"` // the publisher wants its terms accepted first
	Licence    string   `json:"licence,omitempty"`
	Tags       []string `json:"-"`
}

// Search lists repositories with GGUF files that match the words, the most
// used first.
func (h *Hub) Search(ctx context.Context, words string) ([]Found, error) {
	const most = "20"
	query := url.Values{"search": {words}, "filter": {"gguf"}, "sort": {"downloads"}, "direction": {"-1"}, "limit": {most}}
	var answers []struct {
		ID        string          `json:"id"`
		Downloads int64           `json:"downloads"`
		Likes     int64           `json:"likes"`
		Gated     json.RawMessage `json:"gated"`
		Tags      []string        `json:"tags"`
	}
	if err := h.read(ctx, "/api/models?"+query.Encode(), &answers); err != nil {
		return nil, err
	}
	found := []Found{}
	for _, a := range answers {
		if _, _, ok := Parse(a.ID); !ok {
			continue
		}
		f := Found{Repository: a.ID, Downloads: a.Downloads, Likes: a.Likes, Tags: a.Tags}
		f.Gated = len(a.Gated) > 0 && string(a.Gated) != "false" && string(a.Gated) != "null"
		for _, tag := range a.Tags {
			if licence, is := strings.CutPrefix(tag, "license:"); is {
				f.Licence = licence
			}
		}
		found = append(found, f)
	}
	return found, nil
}

func (h *Hub) read(ctx context.Context, address string, into any) error {
	data, err := h.client.Read(ctx, h.base+address, answerLimit)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return &fetch.ContentError{Reason: "the hub's answer is not what it should be"}
	}
	return nil
}
