package clitest

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// startHub serves the folder "hub" of the script, OWNER/NAME/FILE, as the model
// hub would, and makes it the mirror. "hub half" hangs after half of a file.
func startHub(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 1 {
		ts.Fatalf("usage: hub [half]")
	}
	root := ts.MkAbs("hub")
	server := httptest.NewServer(Hub(root, len(args) == 1))
	ts.Defer(func() {
		server.CloseClientConnections()
		server.Close()
	})
	folder := filepath.Join(ts.Getenv("NOTSO_HOME"), "config")
	ts.Check(os.MkdirAll(folder, 0o700))
	ts.Check(os.WriteFile(filepath.Join(folder, "config.json"), fmt.Appendf(nil, `{"mirror": %q}`, server.URL), 0o600))
}

// Hub answers as the model hub does, for the files below root. With half, it
// sends half of each file and then nothing more.
func Hub(root string, half bool) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/models", func(w http.ResponseWriter, r *http.Request) {
		found, _ := filepath.Glob(filepath.Join(root, "*", "*"))
		var entries []string
		for _, dir := range found {
			if !strings.Contains(strings.ToLower(filepath.Base(dir)), strings.ToLower(r.FormValue("search"))) {
				continue
			}
			owner := filepath.Base(filepath.Dir(dir))
			entries = append(entries, fmt.Sprintf(`{"id": "%s/%s", "downloads": 7, "tags": ["license:mit"]}`, owner, filepath.Base(dir)))
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, "[%s]", strings.Join(entries, ","))
	})
	mux.HandleFunc("GET /api/models/{owner}/{name}/tree/main", func(w http.ResponseWriter, r *http.Request) {
		files, _ := filepath.Glob(filepath.Join(root, r.PathValue("owner"), r.PathValue("name"), "*"))
		if files == nil {
			http.NotFound(w, r)
			return
		}
		var entries []string
		for _, f := range files {
			data, _ := os.ReadFile(f)
			entries = append(entries, fmt.Sprintf(`{"type": "file", "path": %q, "size": 1, "lfs": {"oid": "%x", "size": %d}}`, filepath.Base(f), sha256.Sum256(data), len(data)))
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, "[%s]", strings.Join(entries, ","))
	})
	mux.HandleFunc("GET /{owner}/{name}/resolve/main/{file}", func(w http.ResponseWriter, r *http.Request) {
		path := filepath.Join(root, r.PathValue("owner"), r.PathValue("name"), r.PathValue("file"))
		if half {
			data, err := os.ReadFile(path)
			if err == nil && r.Header.Get("Range") == "" {
				w.Header().Set("ETag", `"a"`)
				w.Header().Set("Content-Length", fmt.Sprint(len(data)))
				w.Write(data[:len(data)/2])
				w.(http.Flusher).Flush()
				<-r.Context().Done()
				return
			}
		}
		w.Header().Set("ETag", `"a"`)
		w.Header().Set("Content-Type", "application/octet-stream")
		if f, err := os.Open(path); err == nil {
			defer f.Close()
			http.ServeContent(w, r, "", time.Time{}, f)
			return
		}
		http.NotFound(w, r)
	})
	return mux
}

// partly waits until some of a download has arrived.
func partly(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: partly FILE")
	}
	const patience = 20 * time.Second
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if info, err := os.Stat(ts.MkAbs(args[0]) + ".part"); err == nil && info.Size() > 0 {
			return
		}
	}
	ts.Fatalf("nothing of %s arrives", args[0])
}
