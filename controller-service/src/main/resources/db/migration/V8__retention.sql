-- Runs that have ended, the oldest first, for the retention.
CREATE INDEX runs_by_end ON runs (end_time) WHERE state IN ('STOPPED', 'COMPLETED', 'FAILED');
