-- made by rtcstack from rtcstack.toml; edit that file and run `rtcstack up`
DELETE FROM coturn.admin_user;
