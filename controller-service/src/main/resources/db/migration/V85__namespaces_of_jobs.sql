-- The cluster's namespace of an attempt's Job; null if it is the operator's.
ALTER TABLE attempts ADD COLUMN namespace text;
-- Jobs that a controller is deleting: so that no other deletes them too.
CREATE TABLE job_deletions (
  namespace text,
  job text,
  delete_time timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (namespace, job)
);
