SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;
DELIMITER //
BEGIN NOT ATOMIC DECLARE rows_gone INT DEFAULT 0;
IF COALESCE(GET_LOCK([rtcstack.people], 20), 0) <> 1 THEN SELECT [busy];
ELSE START TRANSACTION;
DELETE FROM rtcstack.people WHERE name = [roland];
SET rows_gone = rows_gone + ROW_COUNT();
DELETE FROM rtcstack.aliases WHERE name = [roland];
SET rows_gone = rows_gone + ROW_COUNT();
DELETE roland;
SET rows_gone = rows_gone + ROW_COUNT();
DELETE roland;
SET rows_gone = rows_gone + ROW_COUNT();
SET rows_gone = rows_gone + (SELECT COUNT(*) FROM rtcstack.endings WHERE name = [roland]);
IF rows_gone = 0 THEN ROLLBACK; SELECT [absent];
ELSE INSERT INTO rtcstack.endings (name, since) VALUES ([roland], CAST(UNIX_TIMESTAMP(SYSDATE(6)) * 1000000 AS SIGNED)) ON DUPLICATE KEY UPDATE since = VALUES(since);
COMMIT; SELECT [done];
END IF;
END IF;
END//
