// HTTPS with a certificate of our own: TLS takes it, for the hosts that it names, and it stays.

import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { connect, createServer } from "node:tls";
import { webCredentials, webHosts } from "./web-certificate.ts";

const dir = mkdtempSync(join(tmpdir(), "earshot-web-certificate-"));
after(() => rmSync(dir, { recursive: true }));

describe("the certificate for HTTPS", () => {
  const hosts = ["localhost", "hub.local", "127.0.0.1", "10.77.0.1", "::1", "fe80::1:2", "2001:db8::a:0:0:1"];

  it("stands for every host that it is made for, and for no other", () => {
    const certificate = new X509Certificate(webCredentials(dir, hosts).cert);
    for (const host of hosts)
      assert.ok(host.includes(":") || /\d$/.test(host) ? certificate.checkIP(host) : certificate.checkHost(host), host);
    assert.equal(certificate.checkHost("evil.example"), undefined);
    assert.equal(certificate.checkIP("10.77.0.2"), undefined);
    assert.ok(certificate.verify(certificate.publicKey));
    assert.equal(certificate.publicKey.asymmetricKeyType, "ec");
  });

  it("is taken by a client that trusts it, all checks on", async () => {
    const credentials = webCredentials(dir, hosts);
    const server = createServer(credentials, (socket) => socket.end("well")).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const socket = connect({ port, host: "127.0.0.1", ca: credentials.cert });
    const [data] = await once(socket, "data");
    assert.equal(String(data), "well");
    server.close();
  });

  it("stays the same, readable by the owner alone, until a host is new", () => {
    const first = webCredentials(dir, hosts);
    assert.equal(webCredentials(dir, hosts.slice(2)).cert, first.cert);
    assert.equal(statSync(join(dir, "https.json")).mode & 0o777, 0o600);
    const wider = webCredentials(dir, ["localhost", "10.1.2.3"]);
    assert.notEqual(wider.cert, first.cert);
    assert.ok(new X509Certificate(wider.cert).checkIP("10.77.0.1"), "hosts of earlier are kept");
  });

  it("is made anew where the file is damaged", () => {
    for (const text of ["", "{", "null", '{"key":1}']) {
      writeFileSync(join(dir, "https.json"), text);
      assert.match(webCredentials(dir, hosts).cert, /BEGIN CERTIFICATE/);
    }
  });

  it("is made for this computer's names and addresses", () => {
    const address = { address: "192.0.2.7", netmask: "255.255.255.0", family: "IPv4", mac: "", internal: false, cidr: null } as const;
    assert.deepEqual(webHosts({ eth0: [address] }, "hub.example.org"), ["localhost", "hub", "hub.local", "127.0.0.1", "::1", "192.0.2.7"]);
    assert.deepEqual(webHosts({}, "no name!"), ["localhost", "127.0.0.1", "::1"]);
  });
});
