package export

import (
	"archive/zip"
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"notso/app/chat"
	"notso/app/words"
)

// bundleKind marks files that hold several chats.
const bundleKind = "notso-chats"

// Turns reads the turns of a chat. Bundles read them one chat at a time, so that
// not all need to fit into memory.
type Turns func(chat.Chat) ([]chat.Turn, error)

// BundleName suggests a name for a file that holds several chats.
func BundleName(name string) string {
	if name == "json" {
		return "Chats.json"
	}
	return "Chats.zip"
}

// WriteBundle writes several chats to w: as one JSON file, which Import reads
// back, or as a .zip with one file of another format for each.
// Errors: *UnknownFormatError, those of w and turns.
func WriteBundle(w io.Writer, name string, chats []chat.Chat, turns Turns) error {
	return WriteBundleIn(words.Words{}, w, name, chats, turns)
}

// WriteBundleIn is WriteBundle with the words around the chats in another
// language.
func WriteBundleIn(in words.Words, w io.Writer, name string, chats []chat.Chat, turns Turns) error {
	f, err := format(name)
	if err != nil {
		return err
	}
	if name == "json" {
		return writeBundleJSON(w, chats, turns)
	}
	z := zip.NewWriter(w)
	used := map[string]int{}
	for _, c := range chats {
		all, err := turns(c)
		if err != nil {
			return err
		}
		file, err := z.CreateHeader(&zip.FileHeader{Name: unique(used, fileStem(c.Title), f.Extension), Method: zip.Deflate, Modified: c.Updated})
		if err != nil {
			return err
		}
		if err := WriteIn(in, file, name, c, all); err != nil {
			return err
		}
	}
	return z.Close()
}

// unique makes a name that was not used yet, in upper or lower case.
func unique(used map[string]int, stem, extension string) string {
	key := strings.ToLower(stem)
	used[key]++
	if n := used[key]; n > 1 {
		return unique(used, fmt.Sprintf("%s (%d)", stem, n), extension)
	}
	return stem + extension
}

// writeBundleJSON writes the chats one by one, in the form of one value.
func writeBundleJSON(w io.Writer, chats []chat.Chat, turns Turns) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "{\n  \"kind\": %q,\n  \"version\": %d,\n  \"exported\": %q,\n  \"chats\": [", bundleKind, version, time.Now().UTC().Format(time.RFC3339))
	for i, c := range chats {
		all, err := turns(c)
		if err != nil {
			return err
		}
		if i > 0 {
			b.WriteString(",")
		}
		b.WriteString("\n    ")
		e := json.NewEncoder(b)
		e.SetEscapeHTML(false)
		e.SetIndent("    ", "  ")
		if err := e.Encode(newFile(c, all)); err != nil {
			return err
		}
	}
	b.WriteString("  ]\n}\n")
	return b.Flush()
}
