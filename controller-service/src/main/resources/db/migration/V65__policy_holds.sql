-- What keeps the policies of a run from stopping it: a TrainingRun message with only its holds. NULL for nothing.
ALTER TABLE runs ADD COLUMN policy_holds bytea;
