-- The most epochs that any attempt of a run has trained: a trainer that starts over and fails again makes no progress.
ALTER TABLE runs ADD COLUMN furthest_epochs integer NOT NULL DEFAULT 0;
UPDATE runs SET furthest_epochs = completed_epochs;
