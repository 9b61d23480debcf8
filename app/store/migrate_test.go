package store

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// released holds the hash of every migration that users may already have run.
// A new migration adds its line here and its rows as testdata/NNNN.sql.
var released = []string{
	"27178c46ef0f99969759bdb1dbcf459123e9a584b4cf03e7ce4ed29075cd7418",
	"48164669e4716e72ccdb13e36f1509733682e8d6dadf707913ad97df823fc0b0",
	"cccfcf7ff1e3ea2c8e1a443312b2b07963adb9480415a6275ae605c6b91d7226",
	"9c4bd1e51c051778b1ffff408fe16482081c2bd3fdba8fdad225ff4a0b41a832",
}

func TestReleasedMigrationsAreNotEdited(t *testing.T) {
	files := must(filepath.Glob("migrations/*.sql"))(t)
	steps := migrations()
	if len(files) != len(steps) || len(released) != len(steps) {
		t.Fatalf("%d files, %d steps, %d hashes; want as many of each", len(files), len(steps), len(released))
	}
	for i, step := range steps {
		if filepath.Base(files[i]) != step.name || !strings.HasPrefix(step.name, fmt.Sprintf("%04d_", i+1)) {
			t.Errorf("step %d is %s, the file is %s", i+1, step.name, files[i])
		}
		if got := fmt.Sprintf("%x", sha256.Sum256([]byte(step.sql))); got != released[i] {
			t.Errorf("%s has hash %s, want %s: add a migration instead of editing one", step.name, got, released[i])
		}
	}
}

// oldStore makes a database of an old schema, with the rows of that time.
func oldStore(t *testing.T, version int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "chats.db")
	s := must(open(context.Background(), path, migrations()[:version]))(t)
	defer s.Close()
	rows := must(os.ReadFile(fmt.Sprintf("testdata/%04d.sql", version)))(t)
	must(s.writer.Exec(string(rows)))(t)
	return path
}

func TestDatabaseOfEveryOldSchemaIsBroughtUpToDate(t *testing.T) {
	ctx := context.Background()
	for version := 1; version <= len(migrations()); version++ {
		t.Run(fmt.Sprintf("schema %d", version), func(t *testing.T) {
			s := must(Open(ctx, oldStore(t, version)))(t)
			defer s.Close()
			if n := must(s.Recover(ctx, "The app ended."))(t); n != 1 {
				t.Errorf("%d replies were running, want 1", n)
			}
			chats := must(s.Chats(ctx, 0))(t)
			if len(chats) != 1 || chats[0].Title != "Old chat" {
				t.Fatalf("the chats are %+v, want the old one", chats)
			}
			want := "question|answer|go on|half a reply"
			if got := strings.Join(texts(must(s.Branch(ctx, chats[0].ID))(t)), "|"); got != want {
				t.Errorf("the branch is %q, want %q", got, want)
			}
			requireSound(t, s)
		})
	}
}

// newer adds a step that does not exist yet to the schema.
func newer(sql string) []migration {
	return append(migrations(), migration{"next.sql", sql})
}

func TestDatabaseIsCopiedBeforeItsSchemaChanges(t *testing.T) {
	ctx := context.Background()
	path := oldStore(t, len(migrations()))
	s := must(open(ctx, path, newer("ALTER TABLE chats ADD COLUMN colour TEXT")))(t)
	s.Close()
	copies := must(filepath.Glob(path + ".*.backup"))(t)
	if len(copies) != 1 || !strings.HasSuffix(copies[0], fmt.Sprintf("-schema%d.backup", len(migrations()))) {
		t.Fatalf("the copies are %q, want one that names the old schema", copies)
	}
	old := must(OpenReadOnly(ctx, copies[0]))(t)
	defer old.Close()
	if n := must(old.Counts(ctx))(t); n.Chats != 1 || n.Turns != 4 {
		t.Errorf("the copy holds %+v, want all rows", n)
	}
	requireSound(t, old)
	if parts := must(filepath.Glob(path + "*.part"))(t); len(parts) != 0 {
		t.Errorf("%q was left behind", parts)
	}
}

func TestNewDatabaseNeedsNoCopy(t *testing.T) {
	s := opened(t)
	if copies := must(filepath.Glob(s.path + ".*"))(t); len(copies) != 0 {
		t.Errorf("a new database has the copies %q", copies)
	}
}

func TestOnlyTheLastCopiesAreKept(t *testing.T) {
	path := oldStore(t, len(migrations()))
	for _, at := range []string{"20240101T000000.000-schema12", "20230101T000000.000-schema9", "20220101T000000.000-schema8"} {
		if err := os.WriteFile(path+"."+at+".backup", nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := must(open(context.Background(), path, newer("CREATE TABLE x (y) ")))(t)
	defer s.Close()
	copies := must(filepath.Glob(path + ".*.backup"))(t)
	if len(copies) != backupsKept || strings.Contains(copies[0], "2022") {
		t.Errorf("the copies are %q, want the last %d", copies, backupsKept)
	}
}

func TestFailedMigrationLeavesTheOldSchema(t *testing.T) {
	ctx := context.Background()
	path := oldStore(t, len(migrations()))
	if _, err := open(ctx, path, newer("DROP TABLE pieces; CREATE TABLE chats (id)")); err == nil {
		t.Fatal("a step that cannot work was taken")
	}
	s := must(Open(ctx, path))(t)
	defer s.Close()
	if n := must(s.Recover(ctx, ""))(t); n != 1 {
		t.Errorf("%d replies were running, want 1", n)
	}
}

func TestDatabaseOfANewerVersionIsRefused(t *testing.T) {
	ctx := context.Background()
	path := oldStore(t, len(migrations()))
	must(open(ctx, path, newer("SELECT 1")))(t).Close()
	known := len(migrations())
	for name, open := range map[string]func(context.Context, string) (*Store, error){"Open": Open, "OpenReadOnly": OpenReadOnly} {
		_, err := open(ctx, path)
		var e *NewerError
		if !errors.As(err, &e) || e.Have != known+1 || e.Known != known || e.Path != path {
			t.Errorf("%s gives %v, want a *NewerError", name, err)
		}
	}
}

func TestReadingAnOldSchemaAsksToOpenItFirst(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chats.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var e *OlderError
	if _, err := OpenReadOnly(context.Background(), path); !errors.As(err, &e) || e.Have != 0 {
		t.Errorf("got %v, want an *OlderError", err)
	}
}
