-- What others are to be told, written in the transaction in which it happened; soon copied for each endpoint.
CREATE TABLE notifications (
    id          bigserial PRIMARY KEY,
    order_key   text        NOT NULL,
    notice      text        NOT NULL,
    subject     text        NOT NULL,
    position    bigint      NOT NULL,
    event_time  timestamptz NOT NULL DEFAULT now(),
    kind        text        NOT NULL,
    actor       text        NOT NULL,
    message     text        NOT NULL,
    state       text        NOT NULL,
    attempt     integer     NOT NULL
);
-- What an endpoint has not taken yet. Of equal order keys only the first is sent.
CREATE TABLE notification_deliveries (
    endpoint    text        NOT NULL,
    id          bigint      NOT NULL,
    order_key   text        NOT NULL,
    event_id    text        NOT NULL,
    event       text        NOT NULL,
    create_time timestamptz NOT NULL DEFAULT now(),
    attempts    integer     NOT NULL DEFAULT 0,
    next_time   timestamptz NOT NULL DEFAULT now(),
    last_error  text        NOT NULL DEFAULT '',
    PRIMARY KEY (endpoint, id)
);
CREATE INDEX notification_deliveries_in_order ON notification_deliveries (endpoint, order_key, id);
