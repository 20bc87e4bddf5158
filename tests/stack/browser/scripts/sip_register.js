// Usage: node --experimental-websocket sip_register.js, with {"url", "uri", "password", "to"} as one line of JSON on standard
// input. JsSIP registers over WebSocket, sends a MESSAGE to `to` if given, and waits for one back. Prints events, one a line.
"use strict";
const readline = require("node:readline");
const JsSIP = require("jssip");

const tell = (event, detail = "") => process.stdout.write(JSON.stringify({ event, detail }) + "\n");

readline.createInterface({ input: process.stdin }).once("line", (line) => {
  const { url, uri, password, to } = JSON.parse(line);
  const ua = new JsSIP.UA({ sockets: [new JsSIP.WebSocketInterface(url)], uri, password, register_expires: 600 });
  const end = (code) => { ua.stop(); setTimeout(() => process.exit(code), 500); };
  ua.on("connected", () => tell("connected"));
  ua.on("disconnected", ({ code, error }) => { tell("disconnected", String(code ?? error ?? "")); end(1); });
  ua.on("registrationFailed", ({ response, cause }) => { tell("registrationFailed", `${response?.status_code} ${cause}`); end(1); });
  ua.on("registered", () => {
    tell("registered");
    if (!to) { end(0); return; }
    ua.sendMessage(to, "from a browser", {
      eventHandlers: {
        succeeded: () => tell("delivered"),
        failed: ({ cause }) => { tell("undelivered", cause); end(1); },
      },
    });
  });
  ua.on("newMessage", ({ originator, message, request }) => {
    if (originator === "remote") { message.accept(); tell("message", request.body); end(0); }
  });
  ua.start();
});
