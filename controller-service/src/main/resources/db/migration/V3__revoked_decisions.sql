-- A run that is resumed takes back the decision that stopped it; what was decided stays on record.
ALTER TABLE decisions ADD COLUMN revoke_time timestamptz;
ALTER TABLE decisions DROP CONSTRAINT decisions_pkey;
ALTER TABLE decisions ADD COLUMN decision_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;
DROP INDEX one_enforced_decision;
CREATE UNIQUE INDEX one_enforced_decision ON decisions (run_uid) WHERE enforced AND revoke_time IS NULL;
CREATE UNIQUE INDEX one_shadow_decision ON decisions (run_uid, policy_id) WHERE NOT enforced;
CREATE INDEX decisions_of_a_run ON decisions (run_uid, decide_time);
