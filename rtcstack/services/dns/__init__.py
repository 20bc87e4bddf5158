"""An optional name server of the stack's own: authoritative for its zones, signed, and for nothing else.

It makes a stack whole where nobody else answers for it: any client that is pointed at its address finds every service as it
would on the Internet, and TLSA records mean something because they are signed. On the Internet, delegate a zone to it that holds
nothing else, or leave it out and paste the printed records where the domain lives.
"""

from rtcstack.services.dns.service import NameServer

SERVICES = (NameServer(),)
