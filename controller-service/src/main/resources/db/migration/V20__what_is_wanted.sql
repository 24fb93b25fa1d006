-- What is wanted of an attempt, written in the transaction that changes its run: launchers compare it with what they observe.
-- It only goes on: RUN, STOP, GONE.
ALTER TABLE attempts ADD COLUMN wanted text NOT NULL DEFAULT 'RUN' CHECK (wanted IN ('RUN', 'STOP', 'GONE'));
-- When a launcher first told the trainer's process to end: such an end is no failure, whoever sees it.
ALTER TABLE attempts ADD COLUMN terminate_time timestamptz;

UPDATE attempts SET wanted = 'STOP' FROM runs
WHERE runs.uid = attempts.run_uid AND runs.attempt = attempts.attempt
  AND (runs.state = 'STOPPING' OR runs.lost_from = 'STOPPING');
UPDATE attempts SET wanted = 'GONE' FROM runs
WHERE runs.uid = attempts.run_uid
  AND (attempts.end_time IS NOT NULL OR runs.attempt <> attempts.attempt
    OR runs.state NOT IN ('STARTING', 'RUNNING', 'STOPPING', 'LOST'));
