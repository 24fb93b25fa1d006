-- What tells this platform from another that shares its cluster: what each starts there bears its mark.
CREATE TABLE installation (
    uid uuid PRIMARY KEY
);

INSERT INTO installation VALUES (gen_random_uuid());
