package shelf

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"notso/app/fetch"
	"notso/app/hub"
)

// Offer is a model that can be fetched: one request for each of its files.
type Offer struct {
	Name     string
	Licence  string // "" when not known before the download
	Requests []fetch.Request
}

// Bytes is the size of all files, 0 when one of them is not known.
func (o Offer) Bytes() (total int64) {
	for _, r := range o.Requests {
		if r.SizeBytes == 0 {
			return 0
		}
		total += r.SizeBytes
	}
	return total
}

// ChoiceError says that a repository holds several models, and which.
type ChoiceError struct {
	Repository string
	Names      []string // quantisations, or names where those do not tell them apart
}

func (e *ChoiceError) Error() string {
	return fmt.Sprintf("%s holds several models: add one of these behind a colon: %s", e.Repository, strings.Join(e.Names, ", "))
}

// Offer finds what a person wants to have: a model of the catalogue, or of a
// repository by name or link, with a quantisation behind a colon where there
// are several. Without one, Q4_K_M is meant where there is such a file. The hub
// is asked only for what the catalogue does not tell.
// Errors: *library.NotFoundError, *ChoiceError, and those of hub.Hub.Models.
func (s *Shelf) Offer(ctx context.Context, text string) (Offer, error) {
	entry, source, err := s.opts.Catalogue.Find(text)
	if err == nil {
		if source.SHA256 != "" {
			return Offer{Name: entry.Name, Licence: entry.Licence, Requests: []fetch.Request{{
				URL: s.Hub().URL(source.Repository, source.File), Name: source.File,
				SizeBytes: source.SizeBytes, SHA256: source.SHA256, Source: source.Repository,
			}}}, nil
		}
		offer, err := s.ofRepository(ctx, hub.Ref{Repository: source.Repository, File: source.File}, "")
		offer.Name, offer.Licence = entry.Name, entry.Licence
		return offer, err
	}
	if ref, quantisation, ok := hub.Parse(text); ok {
		return s.ofRepository(ctx, ref, quantisation)
	}
	return Offer{}, err
}

// ofRepository chooses among the models of a repository.
func (s *Shelf) ofRepository(ctx context.Context, ref hub.Ref, quantisation string) (Offer, error) {
	models, err := s.Hub().Models(ctx, ref.Repository)
	if err != nil {
		return Offer{}, err
	}
	pick := func(fits func(hub.Model) bool) (hub.Model, bool) {
		chosen := slices.DeleteFunc(slices.Clone(models), func(m hub.Model) bool { return !fits(m) })
		if len(chosen) != 1 {
			return hub.Model{}, false
		}
		return chosen[0], true
	}
	kind := func(want string) func(hub.Model) bool {
		return func(m hub.Model) bool {
			return strings.EqualFold(m.Files[0].Quantisation, want) || strings.EqualFold(m.Name, want)
		}
	}
	var m hub.Model
	var ok bool
	switch {
	case ref.File != "":
		m, ok = pick(func(m hub.Model) bool {
			return slices.ContainsFunc(m.Files, func(f hub.File) bool { return f.Path == ref.File })
		})
	case quantisation != "":
		m, ok = pick(kind(quantisation))
	case len(models) == 1:
		m, ok = models[0], true
	default:
		m, ok = pick(kind("Q4_K_M"))
	}
	if !ok {
		return Offer{}, &ChoiceError{Repository: ref.Repository, Names: names(models)}
	}
	return s.offer(ref.Repository, m), nil
}

// offer makes requests of a model's files.
func (s *Shelf) offer(repository string, m hub.Model) Offer {
	o := Offer{Name: m.Name}
	slices.SortFunc(m.Files, func(a, b hub.File) int { return strings.Compare(a.Name, b.Name) })
	for _, f := range m.Files {
		o.Requests = append(o.Requests, fetch.Request{URL: s.Hub().URL(repository, f.Path), Name: f.Name,
			SizeBytes: f.SizeBytes, SHA256: f.SHA256, Source: repository})
	}
	return o
}

// names tells models of one repository apart.
func names(models []hub.Model) []string {
	var list []string
	for _, m := range models {
		name := first(m.Files[0].Quantisation, m.Name)
		if slices.Contains(list, name) {
			name = m.Name
		}
		list = append(list, name)
	}
	return list
}

// Get begins to fetch what is offered and returns at once. What is there
// already is not fetched again. Errors: fetch.ErrExists when all of it is there.
func (s *Shelf) Get(o Offer) error {
	there := 0
	for _, r := range o.Requests {
		err := s.downloads.Start(r)
		if errors.Is(err, fetch.ErrExists) {
			there++
			continue
		}
		if err != nil {
			return err
		}
		if err := s.Note(s.path(r.Name), func(rec *Record) {
			rec.Source, rec.Licence, rec.SHA256 = r.Source, first(o.Licence, rec.Licence), r.SHA256
			if len(o.Requests) > 1 {
				var sums []string
				for _, part := range o.Requests {
					sums = append(sums, part.SHA256)
				}
				rec.SHA256 = strings.Join(sums, " ")
			}
		}); err != nil {
			return err
		}
	}
	if there == len(o.Requests) {
		return fetch.ErrExists
	}
	return nil
}
