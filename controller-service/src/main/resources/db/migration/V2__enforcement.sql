-- Whether decisions stop runs, on the whole platform: one row.
CREATE TABLE enforcement (
    only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    suspended   boolean     NOT NULL,
    reason      text        NOT NULL,
    actor       text        NOT NULL,
    update_time timestamptz NOT NULL DEFAULT now()
);

INSERT INTO enforcement (suspended, reason, actor) VALUES (false, '', 'controller');
