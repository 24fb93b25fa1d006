-- Since when some controller of this installation has been up without a gap, and when one was last: no clock of a run
-- counts the time before. What was there before this migration may have been down until now.
ALTER TABLE installation
  ADD COLUMN up_since timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN alive_time timestamptz NOT NULL DEFAULT now();

-- When the heartbeats of a LOST run were found missing.
ALTER TABLE runs ADD COLUMN lost_time timestamptz;
UPDATE runs SET lost_time = now() WHERE state = 'LOST';

-- The time to obey begins when the trainer is first given the command in its present mode. The deadline is what a
-- previous release reads.
ALTER TABLE stop_commands
  ADD COLUMN grace_millis bigint NOT NULL DEFAULT 60000,
  ADD COLUMN deliver_time timestamptz,
  ADD COLUMN given_up_time timestamptz;
UPDATE stop_commands SET deliver_time = acknowledge_time,
  grace_millis = greatest(1000, (extract(epoch FROM deadline - create_time) * 1000)::bigint);
