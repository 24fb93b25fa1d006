-- When an event or a signature of the run was last stored.
ALTER TABLE runs ADD COLUMN update_time timestamptz NOT NULL DEFAULT now();
UPDATE runs SET update_time = coalesce(end_time, start_time, create_time);

-- The latest finite value of each metric: of the outcome, or else of the progress. NULL where nobody has looked yet.
ALTER TABLE heartbeats ADD COLUMN metrics jsonb;

-- The range of each series in a run's signatures: three arrays of the same length.
CREATE TABLE series_ranges (
    run_uid uuid PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
    names   text[]             NOT NULL,
    lowest  double precision[] NOT NULL,
    highest double precision[] NOT NULL
) WITH (fillfactor = 50);
