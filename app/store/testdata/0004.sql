INSERT INTO chats (id, title, named, settings, created, updated)
VALUES (1, 'Old chat', 1, '{"thinking":"on"}', 1700000000000, 1700000001000);
INSERT INTO turns (id, chat, parent, role, text, reasoning, state, stats, created) VALUES
    (1, 1, NULL, 'user',      'question', '',   'done', '{}',               1700000000000),
    (2, 1, 1,    'assistant', 'answer',   'hm', 'done', '{"finish":"end"}', 1700000000100),
    (3, 1, 2,    'user',      'go on',    '',   'done', '{}',               1700000000200),
    (4, 1, 3,    'assistant', '',         '',   'running', '{}',            1700000000300);
UPDATE chats SET head = 4;
INSERT INTO pieces (turn, seq, reasoning, text) VALUES (4, 1, 0, 'half '), (4, 2, 0, 'a reply');
INSERT INTO drafts (chat, text) VALUES (1, 'not sent');
INSERT INTO folders (id, name, position, created) VALUES (1, 'Old folder', 1, 1700000000000);
UPDATE chats SET pinned = 1, folder = 1;
UPDATE turns SET pinned = 1 WHERE id = 2;
INSERT INTO queue (chat, position, text, created) VALUES (1, 1, 'after that', 1700000000400);
INSERT INTO alternatives (turn, data) VALUES (2, '[]');
INSERT INTO attachments (chat, turn, name, kind, bytes, tokens, text, created) VALUES (1, 1, 'notes.txt', 'text', 5, 2, 'notes', 1700000000000);
INSERT INTO views (chat, scroll) VALUES (1, '{"turn":2}');
UPDATE turns SET seen = 1700000000500 WHERE id = 4;
INSERT INTO turns (chat, parent, role, state, candidate, created) VALUES (1, 3, 'assistant', 'done', 2, 1700000000600);
INSERT INTO clears (chat, head, turn, created) VALUES (1, 4, 5, 1700000000700);
UPDATE turns SET cleared = 1 WHERE id = 5;
INSERT INTO attachments (chat, queued, name, kind, bytes, tokens, text, created) VALUES (1, 1, 'later.txt', 'text', 5, 2, 'later', 1700000000000);
