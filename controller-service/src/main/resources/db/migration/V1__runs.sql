-- A run. What was asked for (definition) and what is shown (progress, stages) are protobuf messages of the API;
-- what the controller queries has columns of its own.
CREATE TABLE runs (
    uid              uuid PRIMARY KEY,
    run_id           text        NOT NULL,
    request_id       text UNIQUE,
    labels           jsonb       NOT NULL,
    launcher         text        NOT NULL,
    definition       bytea       NOT NULL,
    state            text        NOT NULL,
    lost_from        text,
    state_message    text        NOT NULL DEFAULT '',
    attempt          integer     NOT NULL DEFAULT 0,
    failures         integer     NOT NULL DEFAULT 0,
    launch_after     timestamptz NOT NULL DEFAULT now(),
    position         bigint      NOT NULL DEFAULT 0,
    judged_attempt   integer     NOT NULL DEFAULT 0,
    judged_epoch     integer     NOT NULL DEFAULT 0,
    stages           text        NOT NULL DEFAULT '',
    completed_epochs integer     NOT NULL DEFAULT 0,
    progress         bytea,
    outcome          bytea,
    create_time      timestamptz NOT NULL DEFAULT now(),
    start_time       timestamptz,
    end_time         timestamptz,
    last_heartbeat   timestamptz
);

CREATE UNIQUE INDEX runs_by_id ON runs (run_id text_pattern_ops);
CREATE INDEX runs_newest_first ON runs (create_time DESC, uid DESC);
CREATE INDEX runs_by_state ON runs (state, create_time);
CREATE INDEX runs_by_label ON runs USING gin (labels jsonb_path_ops);

-- One start of a run's trainer.
CREATE TABLE attempts (
    run_uid       uuid    NOT NULL REFERENCES runs ON DELETE CASCADE,
    attempt       integer NOT NULL,
    instance_id   text    NOT NULL UNIQUE,
    endpoint      text,
    process_id    bigint,
    process_start timestamptz,
    launch_time   timestamptz NOT NULL DEFAULT now(),
    register_time timestamptz,
    end_time      timestamptz,
    PRIMARY KEY (run_uid, attempt)
);

-- The series of a run: signature records as they came.
CREATE TABLE signatures (
    run_uid  uuid    NOT NULL REFERENCES runs ON DELETE CASCADE,
    attempt  integer NOT NULL,
    epoch    integer NOT NULL,
    position bigint  NOT NULL,
    late     boolean NOT NULL,
    record   bytea   NOT NULL,
    PRIMARY KEY (run_uid, attempt, epoch)
);

CREATE INDEX signatures_by_position ON signatures (run_uid, position);

-- What policies decided: at most one decision a policy, at most one that is enforced a run.
CREATE TABLE decisions (
    run_uid     uuid        NOT NULL REFERENCES runs ON DELETE CASCADE,
    policy_id   text        NOT NULL,
    enforced    boolean     NOT NULL,
    decision    bytea       NOT NULL,
    decide_time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (run_uid, policy_id, enforced)
);

CREATE UNIQUE INDEX one_enforced_decision ON decisions (run_uid) WHERE enforced;

-- The outbox of stop commands; written in the transaction of the decision.
CREATE TABLE stop_commands (
    command_id       uuid PRIMARY KEY,
    run_uid          uuid        NOT NULL REFERENCES runs ON DELETE CASCADE,
    attempt          integer     NOT NULL,
    mode             text        NOT NULL,
    reason           text        NOT NULL,
    restore_epoch    integer,
    deadline         timestamptz NOT NULL,
    phase            text        NOT NULL DEFAULT 'PENDING',
    push_attempts    integer     NOT NULL DEFAULT 0,
    next_push_time   timestamptz NOT NULL DEFAULT now(),
    lease_until      timestamptz,
    last_error       text        NOT NULL DEFAULT '',
    create_time      timestamptz NOT NULL DEFAULT now(),
    acknowledge_time timestamptz,
    finish_time      timestamptz
);

CREATE UNIQUE INDEX one_open_stop ON stop_commands (run_uid) WHERE finish_time IS NULL;
CREATE INDEX stops_of_a_run ON stop_commands (run_uid, create_time DESC);
CREATE INDEX stops_to_push ON stop_commands (next_push_time) WHERE finish_time IS NULL;

-- What happened, in order; positions are shared with signatures.
CREATE TABLE events (
    run_uid    uuid        NOT NULL REFERENCES runs ON DELETE CASCADE,
    position   bigint      NOT NULL,
    event_time timestamptz NOT NULL DEFAULT now(),
    kind       text        NOT NULL,
    actor      text        NOT NULL,
    message    text        NOT NULL,
    state      text        NOT NULL,
    attempt    integer     NOT NULL,
    PRIMARY KEY (run_uid, position)
);
