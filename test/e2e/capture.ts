// What passes on a wire, by way of tcpdump.

import { spawn } from "node:child_process";

export type Capture = {
  /** Ends the recording; what was seen, in the format of pcap. */
  readonly stop: () => Promise<Buffer>;
};

/** Runs `ip` with these arguments, which start a tcpdump that writes to stdout; resolves once it listens. */
export async function startCapture(args: readonly string[]): Promise<Capture> {
  const child = spawn("ip", args, { stdio: ["ignore", "pipe", "pipe"] });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  const closed = new Promise((resolve) => child.once("close", resolve));
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (text.includes("listening on")) resolve();
    });
    void closed.then(() => reject(new Error("tcpdump did not start")));
  });
  const stop = async (): Promise<Buffer> => {
    child.kill("SIGINT");
    await closed;
    return Buffer.concat(chunks);
  };
  return { stop };
}
