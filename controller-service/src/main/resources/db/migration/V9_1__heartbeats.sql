-- What every heartbeat writes, in a narrow table of its own: many are stored by one statement, which waits for nobody who works on
-- the runs themselves, and half-empty pages let each row be replaced in place.
CREATE TABLE heartbeats (
    run_uid          uuid PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
    last_heartbeat   timestamptz NOT NULL DEFAULT now(),
    progress         bytea,
    completed_epochs integer     NOT NULL DEFAULT 0,
    furthest_epochs  integer     NOT NULL DEFAULT 0,
    advanced         boolean     NOT NULL DEFAULT false
) WITH (fillfactor = 50);

COMMENT ON COLUMN heartbeats.advanced IS 'whether an epoch was trained that no attempt had trained before, since failures were counted last';

INSERT INTO heartbeats (run_uid, last_heartbeat, progress, completed_epochs, furthest_epochs)
SELECT uid, coalesce(last_heartbeat, now()), progress, completed_epochs, furthest_epochs FROM runs;

ALTER TABLE runs DROP COLUMN last_heartbeat, DROP COLUMN progress, DROP COLUMN completed_epochs, DROP COLUMN furthest_epochs;
ALTER TABLE runs SET (fillfactor = 80);

CREATE INDEX attempts_open ON attempts (run_uid) WHERE end_time IS NULL;
