-- The secret that this platform's page signs its links and sessions with: made once.
CREATE TABLE page_key (
  id boolean PRIMARY KEY DEFAULT true CHECK (id),
  secret bytea NOT NULL
);
-- Links of the page that were used, until they would have expired.
CREATE TABLE used_page_links (
  nonce bigint PRIMARY KEY,
  expire_time timestamptz NOT NULL
);
