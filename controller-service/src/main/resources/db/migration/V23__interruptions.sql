-- Interruptions in a row without progress: counted apart from failures, since the cluster causes them.
ALTER TABLE runs ADD COLUMN interruptions integer NOT NULL DEFAULT 0;
