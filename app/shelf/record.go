package shelf

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Record is what is remembered of a model beside its file.
type Record struct {
	Source          string    `json:"source,omitempty"`  // the repository that it came from
	Licence         string    `json:"licence,omitempty"` // as its publisher names it
	SHA256          string    `json:"sha256,omitempty"`  // of its publisher, of each part in order with a space between
	Verified        time.Time `json:"verified,omitzero"` // when the file was last found to be that
	LastUsed        time.Time `json:"last_used,omitzero"`
	TokensPerSecond float64   `json:"tokens_per_second,omitempty"` // of the last replies here
	Memory          Memory    `json:"memory,omitzero"`             // as last loaded here
}

// Memory is what a model was seen to take, beside what it should.
type Memory struct {
	Bytes          int64 `json:"bytes"`           // the most that the system counted, the file included as far as it was in memory
	EstimatedBytes int64 `json:"estimated_bytes"` // of the same
	TwiceBytes     int64 `json:"twice_bytes"`     // weights in there that were in memory twice, of which the system can drop one
	Context        int   `json:"context"`         // tokens
}

// recordsLimit bounds the file of records, in bytes.
const recordsLimit = 4 << 20

// Note changes what is remembered of a model.
func (s *Shelf) Note(path string, change func(*Record)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	records := s.records()
	r := records[s.key(path)]
	change(&r)
	records[s.key(path)] = r
	return s.writeRecords(records)
}

// Used tells that a model wrote a reply at a speed. The speed that is kept is
// the mean of the replies, the later ones counting for more; 0 leaves it.
func (s *Shelf) Used(path string, tokensPerSecond float64) error {
	return s.Note(path, func(r *Record) {
		r.LastUsed = s.opts.Now().Truncate(time.Second)
		switch {
		case tokensPerSecond <= 0:
		case r.TokensPerSecond == 0:
			r.TokensPerSecond = tokensPerSecond
		default:
			r.TokensPerSecond += (tokensPerSecond - r.TokensPerSecond) / 4
		}
	})
}

// Took tells what a model takes. Of the same way to load it the most is kept.
func (s *Shelf) Took(path string, now Memory) error {
	before := s.records()[s.key(path)].Memory
	same := before
	same.Bytes = now.Bytes
	if same == now && now.Bytes <= before.Bytes {
		return nil
	}
	return s.Note(path, func(r *Record) { r.Memory = now })
}

// key names a model's record: its file's name where it is on the shelf, so that
// the folder can be moved, else its path.
func (s *Shelf) key(path string) string {
	if s.owns(path) {
		return filepath.Base(path)
	}
	return path
}

func (s *Shelf) moveRecord(from, to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	records := s.records()
	if r, ok := records[from]; ok {
		records[to] = r
		delete(records, from)
		s.writeRecords(records)
	}
}

// records reads the file anew each time: another window or command may have
// written it. What cannot be read is no record.
func (s *Shelf) records() map[string]Record {
	records := map[string]Record{}
	info, err := os.Stat(s.opts.Records)
	if err != nil || info.Size() > recordsLimit {
		return records
	}
	data, err := os.ReadFile(s.opts.Records)
	if err != nil || json.Unmarshal(data, &records) != nil || records == nil {
		return map[string]Record{}
	}
	return records
}

// writeRecords replaces the file, whole or not at all.
func (s *Shelf) writeRecords(records map[string]Record) error {
	data, err := json.MarshalIndent(records, "", "\t")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(s.opts.Records), filepath.Base(s.opts.Records)+".*.tmp")
	if err != nil {
		return fmt.Errorf("remember the model: %w", err)
	}
	_, err = f.Write(append(data, '\n'))
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(f.Name(), s.opts.Records)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("remember the model: %w", err)
	}
	return nil
}
