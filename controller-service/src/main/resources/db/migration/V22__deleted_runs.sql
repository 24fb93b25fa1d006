-- Runs that were deleted, so that their trainers can be told: a run that is merely not here may be in another database.
CREATE TABLE deleted_runs (
    run_uid     uuid PRIMARY KEY,
    delete_time timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION remember_deleted_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO deleted_runs (run_uid) VALUES (OLD.uid) ON CONFLICT DO NOTHING;
  RETURN OLD;
END $$;

CREATE TRIGGER remember_deleted_run AFTER DELETE ON runs FOR EACH ROW EXECUTE FUNCTION remember_deleted_run();
