SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;
DELIMITER //
BEGIN NOT ATOMIC DECLARE taken VARCHAR(64) DEFAULT NULL; DECLARE places INT DEFAULT 0;
IF COALESCE(GET_LOCK([rtcstack.people], 20), 0) <> 1 THEN SELECT [busy];
ELSE START TRANSACTION;
SET taken = (SELECT MIN(word) FROM (SELECT alias AS word FROM rtcstack.aliases WHERE alias IN ([roland]) AND (name <> [roland] OR alias = [roland])) others);
IF taken IS NOT NULL THEN ROLLBACK; SELECT [taken], taken;
ELSE SET places = (EXISTS (SELECT * FROM rtcstack.people WHERE name = [roland])) + ((WITH everybody (name, enabled) AS (STATES one) SELECT COUNT(*) FROM everybody WHERE name = [roland]) > 0) + ((WITH everybody (name, enabled) AS (STATES two) SELECT COUNT(*) FROM everybody WHERE name = [roland]) > 0);
IF places = 3 THEN ROLLBACK; SELECT [exists];
ELSE IF places > 0 THEN INSERT INTO rtcstack.endings (name, since) VALUES ([roland], CAST(UNIX_TIMESTAMP(SYSDATE(6)) * 1000000 AS SIGNED)) ON DUPLICATE KEY UPDATE since = VALUES(since); END IF;
INSERT INTO rtcstack.people (name, enabled, created, changed) VALUES ([roland], 1, 1, 1) ON DUPLICATE KEY UPDATE enabled = 1, changed = VALUES(changed);
DELETE FROM rtcstack.aliases WHERE name = [roland];
CLEAR roland;
INSERT roland;
ALIASES roland;
CLEAR roland;
INSERT roland;
ALIASES roland;
COMMIT; SELECT [done], places > 0;
END IF;
END IF;
END IF;
END//
