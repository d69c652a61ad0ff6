// What `nc HOST PORT` does, for tests on computers without it: stdin to a TCP connection, and what comes back to stdout.

import { connect } from "node:net";

const [host = "", port = ""] = process.argv.slice(2);
const socket = connect({ host, port: Number(port), allowHalfOpen: true });
socket.on("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
socket.on("end", () => {
  process.stdin.destroy();
  socket.end();
});
process.stdin.pipe(socket).pipe(process.stdout);
