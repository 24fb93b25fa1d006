-- Requests that changed something and may be sent again: which call it was, and a checksum of all it said.
CREATE TABLE requests (
    request_id  uuid PRIMARY KEY,
    content     text        NOT NULL,
    create_time timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX requests_by_age ON requests (create_time);
