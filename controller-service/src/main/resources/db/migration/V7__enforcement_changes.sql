-- Who switched enforcement, when and why: what was in force after each change.
CREATE TABLE enforcement_changes (
    change_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    suspended   boolean     NOT NULL,
    reason      text        NOT NULL,
    actor       text        NOT NULL,
    update_time timestamptz NOT NULL
);

INSERT INTO enforcement_changes (suspended, reason, actor, update_time)
SELECT suspended, reason, actor, update_time FROM enforcement;
