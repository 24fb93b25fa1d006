-- The files of runs that were deleted before this were promised to stay.
ALTER TABLE deleted_runs ADD COLUMN files_stay boolean NOT NULL DEFAULT false;
UPDATE deleted_runs SET files_stay = true;
