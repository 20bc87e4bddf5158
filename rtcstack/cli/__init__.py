"""The command line: parse, call one workflow, show its result for people or as JSON. The only place that prints."""
