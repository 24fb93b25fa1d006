-- A trainer's instance id tells it from the other trainers of its run. Whoever trains one run after another may use the same id.
ALTER TABLE attempts DROP CONSTRAINT attempts_instance_id_key;
CREATE UNIQUE INDEX attempts_by_instance ON attempts (run_uid, instance_id);

-- The attempt that the progress is of: within it, no epoch is taken back.
ALTER TABLE heartbeats ADD COLUMN attempt integer NOT NULL DEFAULT 0;
