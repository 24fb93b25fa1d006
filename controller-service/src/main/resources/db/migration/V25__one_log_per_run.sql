-- The numbers of a signature beside its record, so that policies need not parse it: the first series_distances of the
-- series measure a change since previous_epoch. NULL in rows whose numbers nobody has needed yet: the record has them.
ALTER TABLE signatures
    ADD COLUMN previous_epoch   integer,
    ADD COLUMN series_distances integer,
    ADD COLUMN series_names     text[],
    ADD COLUMN series_values    double precision[];

-- Events and signatures of a run are one log: no two entries of either kind have the same position.
CREATE UNIQUE INDEX signatures_one_per_position ON signatures (run_uid, position);
DROP INDEX signatures_by_position;

CREATE FUNCTION refuse_position_of_a_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM runs WHERE uid = NEW.run_uid FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM signatures WHERE run_uid = NEW.run_uid AND position = NEW.position) THEN
        RAISE unique_violation USING MESSAGE = format('position %s of run %s has a signature', NEW.position, NEW.run_uid);
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION refuse_position_of_an_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM runs WHERE uid = NEW.run_uid FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM events WHERE run_uid = NEW.run_uid AND position = NEW.position) THEN
        RAISE unique_violation USING MESSAGE = format('position %s of run %s has an event', NEW.position, NEW.run_uid);
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER one_entry_per_position BEFORE INSERT ON events
    FOR EACH ROW EXECUTE FUNCTION refuse_position_of_a_signature();
CREATE TRIGGER one_entry_per_position BEFORE INSERT ON signatures
    FOR EACH ROW EXECUTE FUNCTION refuse_position_of_an_event();

-- The position of a run never goes back, whoever writes it.
CREATE FUNCTION keep_position() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.position := OLD.position;
    RETURN NEW;
END $$;

CREATE TRIGGER position_only_grows BEFORE UPDATE OF position ON runs
    FOR EACH ROW WHEN (NEW.position < OLD.position) EXECUTE FUNCTION keep_position();

-- A decision is consumed once: the enforcing policy decides again behind consumed_epoch, once its condition was false
-- or rearm_epoch is reached. 0 for none.
ALTER TABLE runs
    ADD COLUMN consumed_epoch integer NOT NULL DEFAULT 0,
    ADD COLUMN rearm_epoch    integer NOT NULL DEFAULT 0;

-- Decisions that were enforced lately, for the circuit breaker.
CREATE INDEX enforced_decisions_by_time ON decisions (decide_time) WHERE enforced;

-- Why a run cannot be processed; empty if it can.
ALTER TABLE runs ADD COLUMN quarantine text NOT NULL DEFAULT '';
CREATE INDEX quarantined_runs ON runs (uid) WHERE quarantine <> '';
