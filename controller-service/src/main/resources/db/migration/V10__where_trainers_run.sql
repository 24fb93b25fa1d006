-- Which machine and which controller started the process of an attempt: only a controller there may judge whether it lives.
-- The mark of a process tells it from every other that has had its number; it is kept until the process is known to be gone.
ALTER TABLE attempts ADD COLUMN host text, ADD COLUMN controller text, ADD COLUMN process text;
ALTER TABLE attempts DROP COLUMN process_id, DROP COLUMN process_start;

COMMENT ON COLUMN attempts.host IS 'NULL for trainers that are no processes of a controller; empty for those of which the machine is not known';

-- Attempts that were open when this was introduced belong to whichever controller comes first.
UPDATE attempts SET host = '' FROM runs WHERE runs.uid = attempts.run_uid AND runs.launcher = 'LOCAL' AND attempts.end_time IS NULL;

CREATE INDEX attempts_with_process ON attempts (host) WHERE end_time IS NULL OR process IS NOT NULL;
