SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;
DELIMITER //
BEGIN NOT ATOMIC DECLARE lets_in TINYINT DEFAULT NULL;
IF COALESCE(GET_LOCK([rtcstack.people], 20), 0) <> 1 THEN SELECT [busy];
ELSE START TRANSACTION;
SET lets_in = (SELECT enabled FROM rtcstack.people WHERE name = [roland]);
IF lets_in IS NULL THEN ROLLBACK; SELECT [absent];
ELSE CLEAR roland;
INSERT roland;
CLEAR roland;
INSERT roland;
IF lets_in = 0 THEN SUSPEND roland;
SUSPEND roland; END IF;
UPDATE rtcstack.people SET changed = 2 WHERE name = [roland];
INSERT INTO rtcstack.endings (name, since) VALUES ([roland], CAST(UNIX_TIMESTAMP(SYSDATE(6)) * 1000000 AS SIGNED)) ON DUPLICATE KEY UPDATE since = VALUES(since);
COMMIT; SELECT [done];
END IF;
END IF;
END//
