package store

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
)

//go:embed migrations/0001_chats.sql
var schema1 string

//go:embed migrations/0002_around.sql
var schema2 string

//go:embed migrations/0003_talk.sql
var schema3 string

//go:embed migrations/0004_queued_files.sql
var schema4 string

// migration is one step of the schema; its number is its place, from 1. A
// released file is never edited: add the next one.
type migration struct {
	name string
	sql  string
}

func migrations() []migration {
	return []migration{
		{"0001_chats.sql", schema1},
		{"0002_around.sql", schema2},
		{"0003_talk.sql", schema3},
		{"0004_queued_files.sql", schema4},
	}
}

// migrate brings the schema up to date, step by step, each in a transaction of
// its own. An existing database is copied first.
func (s *Store) migrate(ctx context.Context, steps []migration) error {
	have, err := s.version(ctx, s.writer)
	if err != nil {
		return err
	}
	if have > len(steps) {
		return &NewerError{Path: s.path, Have: have, Known: len(steps)}
	}
	if have > 0 && have < len(steps) {
		if err := s.backup(ctx, have); err != nil {
			return err
		}
	}
	for i := have; i < len(steps); i++ {
		err := s.write(ctx, "migrate to "+steps[i].name, func(tx *sql.Tx) error {
			if _, err := tx.ExecContext(ctx, steps[i].sql); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", i+1))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// requireCurrent refuses what the queries of this version cannot read.
func (s *Store) requireCurrent(ctx context.Context) error {
	have, err := s.version(ctx, s.reader)
	switch known := len(migrations()); {
	case err != nil:
		return err
	case have > known:
		return &NewerError{Path: s.path, Have: have, Known: known}
	case have < known:
		return &OlderError{Path: s.path, Have: have, Known: known}
	}
	return nil
}

func (s *Store) version(ctx context.Context, db *sql.DB) (int, error) {
	var v int
	err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&v)
	return v, s.fault("read the schema version", err)
}
