// Reads lines from a stream that nobody types at: a pipe or a file.

/** A line longer than this many UTF-16 units is handed on in pieces, so that memory stays bounded. */
const MOST = 60_000;

/** The lines of UTF-8 input, without their ends; the last one also where no end follows. Ends early when the signal is aborted. */
export async function* typedLines(input: NodeJS.ReadStream, signal: AbortSignal): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of untilAborted(input, signal)) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) yield* pieces(line.replace(/\r$/, ""));
    while (rest.length > MOST) {
      const [first = "", ...more] = pieces(rest);
      yield first;
      rest = more.join("");
    }
  }
  rest += decoder.decode();
  if (rest) yield* pieces(rest.replace(/\r$/, ""));
}

/** The text in pieces of at most `most` units that break no character; an empty text is one empty piece. */
export function pieces(text: string, most: number = MOST): string[] {
  const out: string[] = [];
  let from = 0;
  while (text.length - from > most) {
    const code = text.charCodeAt(from + most - 1);
    const to = from + most - (code >= 0xd800 && code <= 0xdbff ? 1 : 0);
    out.push(text.slice(from, to));
    from = to;
  }
  out.push(text.slice(from));
  return out;
}

async function* untilAborted(input: NodeJS.ReadStream, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const stop = () => input.destroy();
  if (signal.aborted) return;
  signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const chunk of input) yield chunk as Uint8Array;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
