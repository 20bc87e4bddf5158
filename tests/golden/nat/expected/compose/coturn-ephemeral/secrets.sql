-- made by rtcstack from rtcstack.toml; edit that file and run `rtcstack up`
-- Every shared secret by which a short-lived credential may be made now. Who reads goes on while this is written.
PRAGMA journal_mode = WAL;
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS turn_secret (realm VARCHAR(127) DEFAULT '', value VARCHAR(127), PRIMARY KEY (realm, value));
DELETE FROM turn_secret;
INSERT INTO turn_secret (realm, value) VALUES ('falcot.com', 'secret06000000000000000000000000');
COMMIT;
