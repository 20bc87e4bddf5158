-- made by rtcstack from rtcstack.toml; edit that file and run `rtcstack up`
DELETE FROM books.book WHERE title = '';
DO 0;
