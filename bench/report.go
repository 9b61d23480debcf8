package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"notso/engine/fit"
	"notso/engine/gguf"
)

// Report is the outcome of a run.
type Report struct {
	Model   Model
	Machine Machine
	Memory  Memory
	Rows    []Row
	Seconds float64 // that the run took
}

// Model is what the figures were taken with.
type Model struct {
	Name           string `json:"name"`
	Quantisation   string `json:"quantisation"`
	Parameters     int64  `json:"parameters"`
	SizeBytes      int64  `json:"size_bytes"`
	BytesPerToken  int64  `json:"bytes_per_token"` // read to decode one
	KVBytesPerCell int64  `json:"kv_bytes_per_token"`
}

// Memory is the most that a process had in memory, in bytes; 0 where the system
// does not tell. App is the program without its window, before llama.cpp was
// loaded into the same process for the bare loop.
type Memory struct {
	App    int64 `json:"app_peak_bytes"`
	Worker int64 `json:"worker_peak_bytes"`
}

// Row is one figure.
type Row struct {
	Key   string
	Value *float64 // nil: not measured
	Note  string   // what it was made of, or why it is missing

	figure figure
}

func newReport(file *gguf.File) *Report {
	s := file.Summary()
	return &Report{
		Model: Model{
			Name: s.Name, Quantisation: s.Quantisation, Parameters: s.Parameters, SizeBytes: file.Size,
			BytesPerToken: fit.BytesPerToken(file), KVBytesPerCell: s.KVBytesPerToken,
		},
		Machine: thisMachine(),
	}
}

func (r *Report) add(f figure, value float64, note string, err error) {
	row := Row{Key: f.key, Note: note, figure: f}
	if err != nil {
		row.Note = err.Error()
	} else {
		row.Value = &value
	}
	r.Rows = append(r.Rows, row)
}

// MarshalJSON puts the figures beside the facts: {"decode_over_bare": 0.99, …}.
func (r *Report) MarshalJSON() ([]byte, error) {
	type target struct {
		Target float64 `json:"target"`
		Most   bool    `json:"at_most"` // else at least
		Met    bool    `json:"met"`
		Unit   string  `json:"unit"`
		Note   string  `json:"note"`
	}
	out := map[string]any{"machine": r.Machine, "model": r.Model, "memory": r.Memory, "seconds": r.Seconds}
	about := map[string]target{}
	for _, row := range r.Rows {
		f := row.figure
		out[row.Key] = row.Value
		about[row.Key] = target{Target: f.target, Most: f.most, Met: row.Value != nil && f.met(*row.Value), Unit: f.unit, Note: row.Note}
	}
	out["figures"] = about
	return json.Marshal(out)
}

// quietLoad is the load average up to which a machine counts as quiet.
const quietLoad = 0.5

// Print writes the table for people.
func (r *Report) Print(w io.Writer) error {
	m := r.Machine
	fmt.Fprintf(w, "%s, %s, %.2f GB\n", r.Model.Name, r.Model.Quantisation, float64(r.Model.SizeBytes)/1e9)
	fmt.Fprintf(w, "%s, %d cores, %.1f GB of memory, read at %.1f GB/s\n\n", m.CPU, m.Cores, float64(m.MemoryBytes)/1e9, m.ReadBytesPerSecond/1e9)
	if m.LoadBefore > quietLoad {
		fmt.Fprintf(w, "The machine was busy when this began (load %.1f): other programs have a part in the figures.\n\n", m.LoadBefore)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range r.Rows {
		f := row.figure
		fmt.Fprintf(t, "%s\t%s\t%s %s\t%s\n", f.title, row.amount(), f.bound(), f.unit, row.verdict())
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, row := range r.Rows {
		fmt.Fprintf(t, "%s\t%s\n", row.Key, row.Note)
	}
	fmt.Fprintf(t, "\npeak memory\tapp without its window %s, worker %s\n", megabytes(r.Memory.App), megabytes(r.Memory.Worker))
	fmt.Fprintf(t, "duration\t%.0f s\n", r.Seconds)
	return t.Flush()
}

func (r Row) amount() string {
	if r.Value == nil {
		return "n/a"
	}
	return digits(*r.Value)
}

func (r Row) verdict() string {
	switch {
	case r.Value == nil:
		return "not measured"
	case r.figure.met(*r.Value):
		return "met"
	case r.figure.most:
		return "missed by " + digits(*r.Value-r.figure.target)
	}
	return "missed by " + digits(r.figure.target-*r.Value)
}

func (f figure) bound() string {
	if f.most {
		return "≤ " + digits(f.target)
	}
	return "≥ " + digits(f.target)
}

// digits shows three that count, and no empty decimals.
func digits(x float64) string {
	text := fmt.Sprintf("%.3f", x)
	if x >= 10 || x <= -10 {
		text = fmt.Sprintf("%.1f", x)
	}
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

func megabytes(n int64) string {
	if n == 0 {
		return "unknown"
	}
	return fmt.Sprintf("%.0f MB", float64(n)/1e6)
}
