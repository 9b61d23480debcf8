package imports

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"path"
	"strings"
)

// readZip reads every file of an archive that may hold chats. What it unpacks to
// is counted as it is read, whatever the archive says.
func readZip(r io.ReaderAt, size int64) (Result, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return Result{}, refuse("The file is a damaged .zip archive.")
	}
	if len(z.File) > maxEntries {
		return Result{}, refuse("The archive holds %d files; %d is the most that is looked at.", len(z.File), maxEntries)
	}
	left := int64(MaxFile)
	unpack := func(f *zip.File) ([]byte, error) {
		in, err := f.Open()
		if err != nil {
			return nil, refuse("The file %q of the archive cannot be unpacked.", f.Name)
		}
		defer in.Close()
		data, err := io.ReadAll(io.LimitReader(in, left+1))
		if left -= int64(len(data)); left < 0 {
			return nil, refuse("The archive unpacks to more than %d MB, which is the most that can be imported.", MaxFile>>20)
		}
		if err != nil {
			return nil, refuse("The file %q of the archive is damaged.", f.Name)
		}
		return data, nil
	}
	threads := map[string]*zip.File{} // by folder
	for _, f := range z.File {
		if path.Base(f.Name) == "thread.json" {
			threads[path.Dir(f.Name)] = f
		}
	}
	var result Result
	for _, f := range z.File {
		kind := entryKind(f.Name)
		if kind == "" {
			continue
		}
		data, err := unpack(f)
		if err != nil {
			return result, err
		}
		var thread []byte
		if kind == "messages.jsonl" {
			if t := threads[path.Dir(f.Name)]; t != nil {
				if thread, err = unpack(t); err != nil {
					return result, err
				}
			}
		}
		if err := readEntry(kind, data, thread, &result); err != nil {
			return result, err
		}
	}
	if len(result.Sources) == 0 {
		return result, errUnknown
	}
	return result, nil
}

// entryKind tells which files to look into: "" for none, the name of those that
// are known by it, else their extension. ChatGPT's archive has lists beside the
// chats that are of no use.
func entryKind(name string) string {
	base := strings.ToLower(path.Base(name))
	switch base {
	case "messages.jsonl", "conversations.json":
		return base
	case "user.json", "message_feedback.json", "model_comparisons.json", "shared_conversations.json", "user_settings.json", "thread.json":
		return ""
	}
	if strings.HasPrefix(base, ".") || strings.HasPrefix(name, "__MACOSX/") || strings.HasSuffix(name, "/") {
		return ""
	}
	switch ext := path.Ext(base); ext {
	case ".json", ".jsonl", ".sqlite", ".db":
		return ext
	}
	return ""
}

func readEntry(kind string, data, thread []byte, result *Result) error {
	var found Result
	var err error
	switch {
	case kind == "messages.jsonl":
		var values []json.RawMessage
		for _, line := range splitLines(data) {
			values = append(values, line)
		}
		err = readJanFolder(thread, values, &found)
	case bytes.HasPrefix(data, []byte("SQLite format 3\x00")):
		found, err = readOllama(bytes.NewReader(data))
	default:
		found, err = readText(data)
	}
	if errors.Is(err, errUnknown) {
		result.leave(Foreign, 1)
		return nil
	}
	if err != nil {
		return err
	}
	result.Add(found)
	if len(result.Chats) > maxChats {
		return refuse("The archive holds more than %d chats, which is the most that can be imported at once.", maxChats)
	}
	return nil
}
