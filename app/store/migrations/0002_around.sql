-- Folders hold chats. A deleted one keeps the ids of the chats that it held, as
-- a JSON array, so that it can come back with them.
CREATE TABLE folders (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    name     TEXT    NOT NULL COLLATE NOCASE,
    position INTEGER NOT NULL, -- order in the sidebar, from 1
    created  INTEGER NOT NULL,
    deleted  INTEGER,          -- NULL while the folder is there
    held     TEXT CHECK (held IS NULL OR json_valid(held))
) STRICT;

CREATE UNIQUE INDEX folders_by_name ON folders (name) WHERE deleted IS NULL;

ALTER TABLE chats ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1));
ALTER TABLE chats ADD COLUMN folder INTEGER REFERENCES folders (id) ON DELETE SET NULL;
ALTER TABLE turns ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1));

-- The sidebar's three parts: what is pinned, a folder, and the rest (NULL).
CREATE INDEX chats_by_pin ON chats (updated DESC, id DESC) WHERE deleted IS NULL AND pinned = 1;
CREATE INDEX chats_by_folder ON chats (folder, updated DESC, id DESC) WHERE deleted IS NULL AND pinned = 0;
CREATE INDEX chats_of_folder ON chats (folder) WHERE folder IS NOT NULL;
CREATE INDEX turns_by_pin ON turns (chat, id) WHERE pinned = 1;

-- Messages that wait for the end of the running reply.
CREATE TABLE queue (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    chat     INTEGER NOT NULL REFERENCES chats (id) ON DELETE CASCADE,
    position INTEGER NOT NULL, -- order of sending
    text     TEXT    NOT NULL,
    created  INTEGER NOT NULL
) STRICT;

CREATE INDEX queue_by_chat ON queue (chat, position, id);

-- The other candidates for each token of a reply.
CREATE TABLE alternatives (
    turn INTEGER PRIMARY KEY REFERENCES turns (id) ON DELETE CASCADE,
    data TEXT NOT NULL CHECK (json_valid(data))
) STRICT;

-- Files whose text goes into the prompt.
CREATE TABLE attachments (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    chat    INTEGER REFERENCES chats (id) ON DELETE CASCADE, -- NULL: the chat that does not exist yet
    turn    INTEGER REFERENCES turns (id) ON DELETE CASCADE, -- NULL while it is in the draft
    name    TEXT    NOT NULL,
    kind    TEXT    NOT NULL,
    bytes   INTEGER NOT NULL, -- size of the file
    tokens  INTEGER NOT NULL DEFAULT 0,
    text    TEXT    NOT NULL,
    created INTEGER NOT NULL
) STRICT;

CREATE INDEX attachments_by_chat ON attachments (chat, id);
CREATE INDEX attachments_by_turn ON attachments (turn) WHERE turn IS NOT NULL;

-- Where the reader was in a chat.
CREATE TABLE views (
    chat   INTEGER PRIMARY KEY REFERENCES chats (id) ON DELETE CASCADE,
    scroll TEXT NOT NULL
) STRICT;

-- What search reads. The indices hold no text of their own, so the triggers must
-- tell them of every change. The pieces of a running reply come in when they are
-- folded into their turn. What is cleared or deleted stays until it is purged;
-- queries leave it out. With secure-delete its words then go from the file.
CREATE VIRTUAL TABLE turn_words USING fts5 (
    text, content = 'turns', content_rowid = 'id', prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE chat_words USING fts5 (
    title, content = 'chats', content_rowid = 'id', prefix = '1 2 3', tokenize = 'unicode61 remove_diacritics 2'
);
INSERT INTO turn_words (turn_words) VALUES ('rebuild');
INSERT INTO chat_words (chat_words) VALUES ('rebuild');
INSERT INTO turn_words (turn_words, rank) VALUES ('secure-delete', 1);
INSERT INTO chat_words (chat_words, rank) VALUES ('secure-delete', 1);

CREATE TRIGGER turn_comes AFTER INSERT ON turns BEGIN
    INSERT INTO turn_words (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER turn_changes AFTER UPDATE OF text ON turns WHEN old.text IS NOT new.text BEGIN
    INSERT INTO turn_words (turn_words, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO turn_words (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER turn_goes AFTER DELETE ON turns BEGIN
    INSERT INTO turn_words (turn_words, rowid, text) VALUES ('delete', old.id, old.text);
END;

CREATE TRIGGER chat_comes AFTER INSERT ON chats BEGIN
    INSERT INTO chat_words (rowid, title) VALUES (new.id, new.title);
END;
CREATE TRIGGER chat_changes AFTER UPDATE OF title ON chats WHEN old.title IS NOT new.title BEGIN
    INSERT INTO chat_words (chat_words, rowid, title) VALUES ('delete', old.id, old.title);
    INSERT INTO chat_words (rowid, title) VALUES (new.id, new.title);
END;
CREATE TRIGGER chat_goes AFTER DELETE ON chats BEGIN
    INSERT INTO chat_words (chat_words, rowid, title) VALUES ('delete', old.id, old.title);
END;
