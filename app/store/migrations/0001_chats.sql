-- A chat is a tree of turns. The branch that is shown runs from a first turn
-- (without a parent) to head; the model sees what comes after context.
CREATE TABLE chats (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    title    TEXT    NOT NULL,
    named    INTEGER NOT NULL DEFAULT 0 CHECK (named IN (0, 1)),
    head     INTEGER REFERENCES turns (id) ON DELETE SET NULL,
    context  INTEGER REFERENCES turns (id) ON DELETE SET NULL,
    settings TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(settings)),
    created  INTEGER NOT NULL, -- Unix ms, as every time here
    updated  INTEGER NOT NULL,
    deleted  INTEGER           -- NULL while the chat is there
) STRICT;

CREATE INDEX chats_by_update ON chats (updated DESC, id DESC) WHERE deleted IS NULL;

CREATE TABLE turns (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    chat      INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    parent    INTEGER REFERENCES turns (id) ON DELETE CASCADE,
    role      TEXT    NOT NULL CHECK (role IN ('user', 'assistant')),
    text      TEXT    NOT NULL DEFAULT '',
    reasoning TEXT    NOT NULL DEFAULT '',
    state     TEXT    NOT NULL CHECK (state IN ('running', 'done', 'stopped', 'interrupted', 'failed')),
    error     TEXT    NOT NULL DEFAULT '',
    origin    TEXT    NOT NULL DEFAULT '',
    stats     TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(stats)),
    created   INTEGER NOT NULL,
    cleared   INTEGER REFERENCES clears (id) ON DELETE CASCADE -- NULL while the turn is there
) STRICT;

CREATE INDEX turns_by_chat ON turns (chat, id);
CREATE INDEX turns_by_parent ON turns (parent);
CREATE INDEX turns_by_clear ON turns (cleared) WHERE cleared IS NOT NULL;
CREATE INDEX chats_by_head ON chats (head);
CREATE INDEX chats_by_context ON chats (context);

-- Whatever the app does, a chat has one reply in the making at most.
CREATE UNIQUE INDEX running_turn ON turns (chat) WHERE state = 'running';

-- What a reply in the making has shown so far. Folded into its turn at the end.
CREATE TABLE pieces (
    turn      INTEGER NOT NULL REFERENCES turns (id) ON DELETE CASCADE,
    seq       INTEGER NOT NULL,
    reasoning INTEGER NOT NULL CHECK (reasoning IN (0, 1)),
    text      TEXT    NOT NULL,
    PRIMARY KEY (turn, seq)
) STRICT, WITHOUT ROWID;

-- One /clear of a chat that can still be undone, with what it took from the chat.
CREATE TABLE clears (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    chat    INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    head    INTEGER,
    context INTEGER,
    created INTEGER NOT NULL
) STRICT;

CREATE INDEX clears_by_chat ON clears (chat);

-- What is typed and not sent. Chat 0 is the chat that does not exist yet.
CREATE TABLE drafts (
    chat INTEGER PRIMARY KEY,
    text TEXT NOT NULL
) STRICT;
