USE rtcstack;
SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;
DELIMITER //
BEGIN NOT ATOMIC DECLARE low_name, high_name VARCHAR(700) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT '';
IF COALESCE(GET_LOCK(_utf8mb4 X'727463737461636b2e70656f706c65', 20), 0) <> 1 THEN SELECT _utf8mb4 X'62757379';
ELSE START TRANSACTION;
CREATE TEMPORARY TABLE rtcstack.kept (service VARCHAR(32) NOT NULL, name VARCHAR(700) NOT NULL, state TINYINT, lack TINYINT NOT NULL, ha1 CHAR(32) NOT NULL, PRIMARY KEY (name, service)) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
CREATE TEMPORARY TABLE rtcstack.chosen (name VARCHAR(700) NOT NULL, enabled TINYINT NOT NULL, ha1 CHAR(32) NOT NULL, PRIMARY KEY (name)) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
parts: LOOP SET high_name = COALESCE((SELECT name FROM rtcstack.people WHERE name > low_name ORDER BY name LIMIT 1 OFFSET 999), _utf8mb4 X'f48fbfbff48fbfbff48fbfbff48fbfbf');
DELETE FROM rtcstack.kept;
INSERT INTO rtcstack.kept (service, name, state, lack, ha1) WITH found (name, state, lack, ha1) AS (KEPT two) SELECT _utf8mb4 X'74776f', LEFT(name, 700), MAX(state), MIN(lack), MAX(ha1) FROM found GROUP BY LEFT(name, 700);
SELECT _utf8mb4 X'6d697373696e67', _utf8mb4 X'74776f', HEX(p.name), HEX(CONCAT('', (SELECT COUNT(DISTINCT h.ha1) = 1 FROM rtcstack.kept h WHERE h.name = p.name AND h.ha1 <> ''))) FROM rtcstack.people p LEFT JOIN rtcstack.kept k ON k.service = _utf8mb4 X'74776f' AND k.name = p.name WHERE p.name > low_name AND p.name <= high_name AND k.name IS NULL;
SELECT _utf8mb4 X'6c61636b', _utf8mb4 X'74776f', HEX(p.name), HEX(CONCAT('', CONCAT(k.lack, ' ', (SELECT COUNT(DISTINCT h.ha1) = 1 FROM rtcstack.kept h WHERE h.name = p.name AND h.ha1 <> '')))) FROM rtcstack.people p LEFT JOIN rtcstack.kept k ON k.service = _utf8mb4 X'74776f' AND k.name = p.name WHERE p.name > low_name AND p.name <= high_name AND k.lack > 0;
SELECT _utf8mb4 X'7374617465', _utf8mb4 X'74776f', HEX(p.name), HEX(CONCAT('', CONCAT(p.enabled, ' ', k.state))) FROM rtcstack.people p LEFT JOIN rtcstack.kept k ON k.service = _utf8mb4 X'74776f' AND k.name = p.name WHERE p.name > low_name AND p.name <= high_name AND k.state <> p.enabled;
SELECT _utf8mb4 X'756e6b6e6f776e', k.service, HEX(k.name), HEX((SELECT CONCAT('', COUNT(h.state) = 1 AND MIN(h.state) = MAX(h.state) AND MAX(h.state) < 2 AND MAX(h.lack) = 0 AND COUNT(DISTINCT NULLIF(h.ha1, '')) = 1) FROM rtcstack.kept h WHERE h.name = k.name)) FROM rtcstack.kept k LEFT JOIN rtcstack.people p ON p.name = k.name WHERE p.name IS NULL;
SELECT _utf8mb4 X'70617373776f7264', a.service, HEX(a.name), HEX(b.service) FROM rtcstack.kept a JOIN rtcstack.kept b ON b.name = a.name AND b.service > a.service JOIN rtcstack.people p ON p.name = a.name WHERE a.ha1 <> '' AND b.ha1 <> '' AND a.ha1 <> b.ha1;
IF high_name = _utf8mb4 X'f48fbfbff48fbfbff48fbfbff48fbfbf' THEN LEAVE parts; END IF;
SET low_name = high_name;
END LOOP parts;
SELECT _utf8mb4 X'616c6961732d6f727068616e', '', HEX(a.alias), HEX(CONCAT('', a.name)) FROM rtcstack.aliases a LEFT JOIN rtcstack.people p ON p.name = a.name WHERE p.name IS NULL;
SELECT _utf8mb4 X'616c6961732d74616b656e', '', HEX(a.alias), HEX(CONCAT('', a.name)) FROM rtcstack.aliases a JOIN rtcstack.people p ON p.name = a.alias;
SELECT _utf8mb4 X'656e64696e67', '', HEX(name), HEX(CONCAT('', '')) FROM rtcstack.endings;
SELECT _utf8mb4 X'70656f706c65', '', HEX(''), HEX(CONCAT('', COUNT(*))) FROM rtcstack.people;
COMMIT;
END IF;
END//
