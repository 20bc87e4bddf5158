"""The database `kamailio`: those tables of the package's schema that our modules read, made by us and wide enough.

Columns, versions and keys are those of kamailio 6.0 (`/usr/share/kamailio/mysql/*-create.sql`), except that domains may be as
long as DNS allows, names compare by their bytes, and what a phone says about itself may hold any octets.
"""

from rtcstack.plan.database import DatabaseRequest, Migration

NAME = "kamailio"

_SUFFIX = "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin"
_ID = "`id` INT(10) UNSIGNED AUTO_INCREMENT PRIMARY KEY NOT NULL"

_VERSION = f"""CREATE TABLE IF NOT EXISTS `kamailio`.`version` (
  {_ID},
  `table_name` VARCHAR(32) NOT NULL,
  `table_version` INT UNSIGNED DEFAULT 0 NOT NULL,
  CONSTRAINT `table_name_idx` UNIQUE (`table_name`)
) {_SUFFIX}"""

_SUBSCRIBER = f"""CREATE TABLE IF NOT EXISTS `kamailio`.`subscriber` (
  {_ID},
  `username` VARCHAR(64) DEFAULT '' NOT NULL,
  `domain` VARCHAR(255) DEFAULT '' NOT NULL,
  `password` VARCHAR(64) DEFAULT '' NOT NULL,
  `ha1` VARCHAR(128) DEFAULT '' NOT NULL,
  `ha1b` VARCHAR(128) DEFAULT '' NOT NULL,
  CONSTRAINT `account_idx` UNIQUE (`username`, `domain`),
  INDEX `username_idx` (`username`)
) {_SUFFIX}"""

_LOCATION = f"""CREATE TABLE IF NOT EXISTS `kamailio`.`location` (
  {_ID},
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
) {_SUFFIX}"""

_LOCATION_ATTRS = f"""CREATE TABLE IF NOT EXISTS `kamailio`.`location_attrs` (
  {_ID},
  `ruid` VARCHAR(64) DEFAULT '' NOT NULL,
  `username` VARCHAR(64) DEFAULT '' NOT NULL,
  `domain` VARCHAR(255) DEFAULT NULL,
  `aname` VARCHAR(64) DEFAULT '' NOT NULL,
  `atype` INT(11) DEFAULT 0 NOT NULL,
  `avalue` VARBINARY(512) DEFAULT '' NOT NULL,
  `last_modified` DATETIME DEFAULT '2000-01-01 00:00:01' NOT NULL,
  INDEX `account_record_idx` (`username`, `domain`, `ruid`),
  INDEX `last_modified_idx` (`last_modified`)
) {_SUFFIX}"""

# Every name that a phone may log in with, and its HA1: what kamailio keeps in memory for the time of an outage.
_KNOWN_HA1 = """CREATE OR REPLACE SQL SECURITY INVOKER VIEW `kamailio`.`known_ha1` AS
  SELECT DISTINCT `username` AS `key_name`, `ha1` AS `key_value` FROM `kamailio`.`subscriber`
  UNION SELECT CONCAT(`username`, '@', `domain`), `ha1b` FROM `kamailio`.`subscriber`"""

# Further numbers and names under which a person can be called; nobody logs in with them. One person for each, in any domain.
_ALIASES = f"""CREATE TABLE IF NOT EXISTS `kamailio`.`aliases` (
  `alias` VARCHAR(64) NOT NULL,
  `username` VARCHAR(64) NOT NULL,
  PRIMARY KEY (`alias`),
  INDEX `username_idx` (`username`)
) {_SUFFIX}"""

# The rows of people who must not log in for now, where neither kamailio nor its memory for an outage (known_ha1) looks.
_SUSPENDED = "CREATE TABLE IF NOT EXISTS `kamailio`.`subscriber_suspended` LIKE `kamailio`.`subscriber`"

# kamailio reads all of them in the order of their names: from an index that has everything in it, for a sort or a view of
# 100,000 people takes longer than it waits, and then it does not even start.
_LOGINS = (
    (
        "ALTER TABLE `kamailio`.`subscriber` ADD COLUMN IF NOT EXISTS `login` VARCHAR(320)"
        " AS (CONCAT(`username`, '@', `domain`)) VIRTUAL"
    ),
    "ALTER TABLE `kamailio`.`subscriber` ADD INDEX IF NOT EXISTS `login_idx` (`login`, `ha1`, `ha1b`)",
    "DROP VIEW IF EXISTS `kamailio`.`known_ha1`",
)

VERSIONS = {"version": 1, "subscriber": 7, "location": 9, "location_attrs": 1}
"""Table versions that kamailio 6.0 asks for."""

_ROWS = ", ".join(f"('{table}', {version})" for table, version in VERSIONS.items())
_FIRST = (
    _VERSION,
    _SUBSCRIBER,
    _LOCATION,
    _LOCATION_ATTRS,
    _KNOWN_HA1,
    f"REPLACE INTO `kamailio`.`version` (`table_name`, `table_version`) VALUES {_ROWS}",  # noqa: S608 - constants
)


def _migration(version: int, *statements: str) -> Migration:
    return Migration(version=version, sql="".join(f"{statement};\n" for statement in statements))


DATABASE = DatabaseRequest(
    name=NAME,
    migrations=(
        _migration(1, *_FIRST),
        _migration(2, _ALIASES),
        _migration(3, _SUSPENDED),
        _migration(4, *_LOGINS),
    ),
)
