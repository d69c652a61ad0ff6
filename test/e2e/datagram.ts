// A program for hosts of the lab: prints the datagrams it hears; a line `ADDRESS TEXT` on stdin sends one; `echo …` is answered.

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createInterface } from "node:readline";

const PORT = 7000;

const four = createSocket({ type: "udp4", reuseAddr: true });
const six = createSocket({ type: "udp6", reuseAddr: true, ipv6Only: true });
for (const socket of [four, six]) {
  socket.on("message", (bytes, from) => {
    const text = bytes.toString();
    console.log(text);
    if (text.startsWith("echo ")) socket.send(text.slice(5), PORT, from.address);
  });
  socket.bind(PORT);
  await once(socket, "listening");
}
four.setBroadcast(true);
joinIfAble(() => {
  four.addMembership("239.7.7.7", process.argv[2]);
  four.setMulticastInterface(process.argv[2] ?? "");
});
joinIfAble(() => {
  six.addMembership("ff02::7777", "::%eth0");
  six.setMulticastInterface("::%eth0");
});
createInterface(process.stdin)
  .on("line", (line) => {
    const [address = "", ...words] = line.split(" ");
    (address.includes(":") ? six : four).send(words.join(" "), PORT, address, report);
  })
  .on("close", () => process.exit());
console.log("ready");

/** A host may lack one of the families. */
function joinIfAble(how: () => void): void {
  try {
    how();
  } catch (error) {
    report(error as Error);
  }
}

function report(error: Error | null): void {
  if (error) console.error(error.message);
}
