"""Records to zone text, tables and JSON; checks over the whole zone. Pure."""
