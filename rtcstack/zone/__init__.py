"""Records to zone text, tables and JSON; checks over the whole zone. Pure.

`build` collects what the services describe, adds what follows from it (CAA, TLSA), and refuses what `checks` finds;
`complete` adds SOA and NS; `bind` and `rows` print. Names are absolute inside, so that no printer can shift them.
"""
