SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;
DELIMITER //
BEGIN NOT ATOMIC DECLARE taken VARCHAR(64) DEFAULT NULL;
IF COALESCE(GET_LOCK([rtcstack.people], 20), 0) <> 1 THEN SELECT [busy];
ELSE START TRANSACTION;
SET taken = (SELECT MIN(word) FROM (SELECT alias AS word FROM rtcstack.aliases WHERE alias IN ([roland], [8001], [rm]) AND (name <> [roland] OR alias = [roland]) UNION ALL SELECT name FROM rtcstack.people WHERE name IN ([8001], [rm])) others);
IF NOT EXISTS (SELECT * FROM rtcstack.people WHERE name = [roland]) THEN ROLLBACK; SELECT [absent];
ELSEIF taken IS NOT NULL THEN ROLLBACK; SELECT [taken], taken;
ELSEIF (SELECT COALESCE(GROUP_CONCAT(alias ORDER BY alias SEPARATOR ' '), '') FROM rtcstack.aliases WHERE name = [roland]) <> [8002] THEN ROLLBACK; SELECT [changed];
ELSE DELETE FROM rtcstack.aliases WHERE name = [roland];
INSERT INTO rtcstack.aliases (alias, name) VALUES ([8001], [roland]), ([rm], [roland]);
ALIASES roland;
ALIASES roland;
UPDATE rtcstack.people SET changed = 2 WHERE name = [roland];
COMMIT; SELECT [done];
END IF;
END IF;
END//
