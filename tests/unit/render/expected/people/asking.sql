(SELECT 'person', enabled, created, changed FROM rtcstack.people WHERE name = [roland]);
(SELECT 'alias', alias, 0, 0 FROM rtcstack.aliases WHERE name = [roland] ORDER BY alias);
(SELECT 'ending', since, 0, 0 FROM rtcstack.endings WHERE name = [roland]);
(SELECT 'service', [one], (WITH everybody (name, enabled) AS (STATES one) SELECT MIN(enabled) FROM everybody WHERE name = [roland]), 0);
(SELECT 'service', [two], (WITH everybody (name, enabled) AS (STATES two) SELECT MIN(enabled) FROM everybody WHERE name = [roland]), 0);
