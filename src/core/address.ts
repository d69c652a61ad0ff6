// Where a peer listens: `host:port`, numeric, in one form.

/** An IPv4 or IPv6 address without zone, and a port from 1 to 65535. */
export type Address = { readonly host: string; readonly port: number };

const SHAPE = /^(?:([0-9.]{7,15})|\[([0-9a-f:.]{2,45})\]):([1-9][0-9]{0,4})$/;

/** Reads `192.0.2.7:3277` or `[2001:db8::7]:3277` in its one valid form (RFC 5952 for IPv6); null otherwise. */
export function parseAddress(text: string): Address | null {
  const [, v4, v6, digits] = SHAPE.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535) return null;
  const host = v4 === undefined ? `[${v6}]` : v4;
  return normalHost(host) === host ? { host: v4 ?? (v6 as string), port } : null;
}

/** The address as text, in the form that `parseAddress` reads when the host is numeric and without a zone. IPv4 in IPv6 becomes IPv4. */
export function formatAddress({ host, port }: Address): string {
  const plain = host.replace(/^::ffff:(?=[0-9.]+$)/i, "");
  return plain.includes(":") ? `${normalHost(`[${plain}]`) ?? `[${plain}]`}:${port}` : `${plain}:${port}`;
}

/** The host as the URL standard writes it, IPv6 in brackets, or null if it is none. */
function normalHost(host: string): string | null {
  return URL.parse(`http://${host}/`)?.hostname ?? null;
}
