-- When a branch was last gone back to, so that a fork leads to where one was.
ALTER TABLE turns ADD COLUMN seen INTEGER; -- NULL: never since it was written

-- Of replies that are written side by side each has a number, from 1, until one
-- is kept. 0 is a turn like any other.
ALTER TABLE turns ADD COLUMN candidate INTEGER NOT NULL DEFAULT 0;

DROP INDEX running_turn;
CREATE UNIQUE INDEX running_turn ON turns (chat, candidate) WHERE state = 'running';

-- The versions of a turn lie side by side.
CREATE INDEX turns_by_place ON turns (chat, parent, id);

-- A clear that took a turn and what follows it; NULL took all of the chat.
ALTER TABLE clears ADD COLUMN turn INTEGER;
