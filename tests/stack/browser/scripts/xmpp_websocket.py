"""Usage: xmpp_websocket.py URL JID CA <password. In a fresh Chromium profile that trusts CA, and whose very first contact with
the server this is: opens the WebSocket, opens a stream (RFC 7395), logs in. Prints what came, as a list."""

import base64
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from selenium import webdriver  # type: ignore[import-not-found]  # it is in the browser's image

PAGE = """
const [url, domain, proof, done] = arguments;
const open = `<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="${domain}" version="1.0"/>`;
const auth = `<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">${proof}</auth>`;
const came = [];
const socket = new WebSocket(url, "xmpp");
setTimeout(() => done(came.concat("timeout")), 10000);
socket.onopen = () => { came.push("open " + socket.protocol); socket.send(open); };
socket.onclose = (event) => done(came.concat("closed " + event.code));
socket.onmessage = ({data}) => {
  if (data.includes("<mechanisms")) { came.push("features"); socket.send(auth); }
  if (data.includes("<success")) { done(came.concat("success")); }
  if (data.includes("<failure")) { done(came.concat("failure")); }
};
"""


def trust(home: Path, ca: str) -> None:
    """Make a new NSS database that trusts the CA and nothing else of ours."""
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    for command in (["-N", "--empty-password"], ["-A", "-t", "C,,", "-n", "ca", "-i", ca]):
        subprocess.run(["certutil", "-d", f"sql:{database}", *command], check=True, timeout=30)


def main() -> int:
    url, jid, ca = sys.argv[1:]
    name, domain = jid.split("@")
    password = sys.stdin.readline().rstrip("\n")
    proof = base64.b64encode(f"\0{name}\0{password}".encode()).decode()
    with tempfile.TemporaryDirectory() as home:
        trust(Path(home), ca)
        options = webdriver.ChromeOptions()
        for option in ("headless=new", "no-sandbox", "disable-gpu", "disable-background-networking", "no-first-run"):
            options.add_argument(f"--{option}")
        # Documentation addresses count as a local network, which a page from nowhere may not call; real servers have others.
        options.add_argument("--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets")
        options.add_argument(f"--user-data-dir={home}/profile")
        service = webdriver.ChromeService("/usr/bin/chromedriver", env={"HOME": home, "PATH": "/usr/bin:/bin"})
        with webdriver.Chrome(options=options, service=service) as browser:
            browser.set_script_timeout(20)
            browser.get("about:blank")
            came = browser.execute_async_script(PAGE, url, domain, proof)
    sys.stdout.write(json.dumps(came))
    return 0


sys.exit(main())
