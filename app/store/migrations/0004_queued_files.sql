-- The files of a message that waits go with it, not with the next one that is sent.
ALTER TABLE attachments ADD COLUMN queued INTEGER REFERENCES queue (id) ON DELETE CASCADE; -- NULL: their message does not wait

CREATE INDEX attachments_by_queue ON attachments (queued) WHERE queued IS NOT NULL;
