-- made by rtcstack from rtcstack.toml; edit that file and run `rtcstack up`
CREATE TABLE IF NOT EXISTS `kamailio`.`subscriber_suspended` LIKE `kamailio`.`subscriber`;

