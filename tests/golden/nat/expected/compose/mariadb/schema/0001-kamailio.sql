-- made by rtcstack from rtcstack.toml; edit that file and run `rtcstack up`
CREATE TABLE IF NOT EXISTS `kamailio`.`version` (
  `id` INT(10) UNSIGNED AUTO_INCREMENT PRIMARY KEY NOT NULL,
  `table_name` VARCHAR(32) NOT NULL,
  `table_version` INT UNSIGNED DEFAULT 0 NOT NULL,
  CONSTRAINT `table_name_idx` UNIQUE (`table_name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `kamailio`.`subscriber` (
  `id` INT(10) UNSIGNED AUTO_INCREMENT PRIMARY KEY NOT NULL,
  `username` VARCHAR(64) DEFAULT '' NOT NULL,
  `domain` VARCHAR(255) DEFAULT '' NOT NULL,
  `password` VARCHAR(64) DEFAULT '' NOT NULL,
  `ha1` VARCHAR(128) DEFAULT '' NOT NULL,
  `ha1b` VARCHAR(128) DEFAULT '' NOT NULL,
  CONSTRAINT `account_idx` UNIQUE (`username`, `domain`),
  INDEX `username_idx` (`username`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `kamailio`.`location` (
  `id` INT(10) UNSIGNED AUTO_INCREMENT PRIMARY KEY NOT NULL,
  `ruid` VARCHAR(64) DEFAULT '' NOT NULL,
  `username` VARCHAR(64) DEFAULT '' NOT NULL,
  `domain` VARCHAR(255) DEFAULT NULL,
  `contact` VARBINARY(1024) DEFAULT '' NOT NULL,
  `received` VARCHAR(255) DEFAULT NULL,
  `path` VARBINARY(512) DEFAULT NULL,
  `expires` DATETIME DEFAULT '2030-05-28 21:32:15' NOT NULL,
  `q` FLOAT(10,2) DEFAULT 1.0 NOT NULL,
  `callid` VARBINARY(255) DEFAULT 'Default-Call-ID' NOT NULL,
  `cseq` INT(11) DEFAULT 1 NOT NULL,
  `last_modified` DATETIME DEFAULT '2000-01-01 00:00:01' NOT NULL,
  `flags` INT(11) DEFAULT 0 NOT NULL,
  `cflags` INT(11) DEFAULT 0 NOT NULL,
  `user_agent` VARBINARY(255) DEFAULT '' NOT NULL,
  `socket` VARCHAR(64) DEFAULT NULL,
  `methods` INT(11) DEFAULT NULL,
  `instance` VARBINARY(255) DEFAULT NULL,
  `reg_id` INT(11) DEFAULT 0 NOT NULL,
  `server_id` INT(11) DEFAULT 0 NOT NULL,
  `connection_id` INT(11) DEFAULT 0 NOT NULL,
  `keepalive` INT(11) DEFAULT 0 NOT NULL,
  `partition` INT(11) DEFAULT 0 NOT NULL,
  CONSTRAINT `ruid_idx` UNIQUE (`ruid`),
  INDEX `account_contact_idx` (`username`, `domain`, `contact`),
  INDEX `expires_idx` (`expires`),
  INDEX `connection_idx` (`server_id`, `connection_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS `kamailio`.`location_attrs` (
  `id` INT(10) UNSIGNED AUTO_INCREMENT PRIMARY KEY NOT NULL,
  `ruid` VARCHAR(64) DEFAULT '' NOT NULL,
  `username` VARCHAR(64) DEFAULT '' NOT NULL,
  `domain` VARCHAR(255) DEFAULT NULL,
  `aname` VARCHAR(64) DEFAULT '' NOT NULL,
  `atype` INT(11) DEFAULT 0 NOT NULL,
  `avalue` VARBINARY(512) DEFAULT '' NOT NULL,
  `last_modified` DATETIME DEFAULT '2000-01-01 00:00:01' NOT NULL,
  INDEX `account_record_idx` (`username`, `domain`, `ruid`),
  INDEX `last_modified_idx` (`last_modified`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE OR REPLACE SQL SECURITY INVOKER VIEW `kamailio`.`known_ha1` AS
  SELECT DISTINCT `username` AS `key_name`, `ha1` AS `key_value` FROM `kamailio`.`subscriber`
  UNION SELECT CONCAT(`username`, '@', `domain`), `ha1b` FROM `kamailio`.`subscriber`;
REPLACE INTO `kamailio`.`version` (`table_name`, `table_version`) VALUES ('version', 1), ('subscriber', 7), ('location', 9), ('location_attrs', 1);

