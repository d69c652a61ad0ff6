// People on the hosts of a lab, each in a home of their own, who do what people do: type, read, leave.

import { fileURLToPath } from "node:url";
import { Homes } from "./cli.ts";
import { type Host, type Lab, type LabOptions, lab } from "./lab.ts";
import type { Running, StartOptions } from "./running.ts";

const EARSHOT = fileURLToPath(new URL("../../bin/earshot", import.meta.url));

/** How long anything may take on a computer that is busy with other tests, milliseconds. */
export const PATIENCE = 20_000;

/** What `people --json` tells of a person. */
export type Seen = { readonly id: string; readonly name: string; readonly status: string; readonly text: string; readonly via: string };

/** Homes on a lab's network, each on one of its hosts. */
export class Town extends Homes {
  readonly lab: Lab;
  readonly #houses = new Map<string, Host>();

  private constructor(network: Lab) {
    super();
    this.lab = network;
  }

  /** Builds the network. The first person moves to the first host, and so on; those beyond the last host to that one. */
  static async build(options: LabOptions, ...people: readonly string[]): Promise<Town> {
    const town = new Town(await lab(options));
    for (const [index, name] of people.entries()) town.#houses.set(name, town.hostAt(Math.min(index, options.hosts - 1)));
    return town;
  }

  hostAt(index: number): Host {
    const host = this.lab.hosts[index];
    if (!host) throw new Error(`there is no host ${index}`);
    return host;
  }

  hostOf(name: string): Host {
    const host = this.#houses.get(name);
    if (!host) throw new Error(`nobody is called ${name}`);
    return host;
  }

  /** Starts `earshot chat` for this person, by this name. */
  chat(name: string, ...options: readonly string[]): Running {
    return this.start(name, "chat", "--name", name, ...options);
  }

  /** Starts `earshot chat` for all of them, and waits until each sees all the others. */
  async gather(names: readonly string[], ...options: readonly string[]): Promise<Running[]> {
    const chats = names.map((name) => this.chat(name, ...options));
    await this.meet(names, chats);
    return chats;
  }

  /** Waits until each of them sees all the others. */
  async meet(names: readonly string[], chats: readonly Running[]): Promise<void> {
    await Promise.all(chats.map((chat, index) => sees(chat, ...names.filter((_, other) => other !== index))));
  }

  /** Everyone whom this person's running peer knows of, by name. */
  async people(name: string): Promise<ReadonlyMap<string, Seen>> {
    const { out } = await this.run(name, ["people", "--json"]);
    return new Map(out.map((line) => JSON.parse(line) as Seen).map((person) => [person.name, person]));
  }

  /** What was said, oldest first, as this person's running peer holds it. */
  async history(name: string, target = "#lobby"): Promise<readonly string[]> {
    const { out, code, err } = await this.run(name, ["history", target, "--limit", "10000", "--json"]);
    if (code !== 0) throw new Error(err);
    return out.map((line) => (JSON.parse(line) as { readonly text: string }).text);
  }

  /** Asks again and again, until the answer is right. */
  async eventually<T>(ask: () => Promise<T>, isRight: (answer: T) => boolean, within: number = PATIENCE): Promise<T> {
    const until = performance.now() + within;
    for (;;) {
      const answer = await ask();
      if (isRight(answer)) return answer;
      if (performance.now() > until) throw new Error(`not within ${within} ms: ${isRight}, but ${JSON.stringify(answer)}`);
    }
  }

  protected override launch(home: string, argv: readonly string[], options: StartOptions): Running {
    return this.hostOf(home).spawn(EARSHOT, argv, options);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    this.lab.close();
  }
}

/** Waits until this chat has shown that these people are here. */
export async function sees(chat: Running, ...names: readonly string[]): Promise<void> {
  await chat.until((lines) => names.every((name) => lines.some((line) => tellsHere(line, name))), PATIENCE);
}

/** Whether a line of chat says that somebody is here: `-- ann, ben and eve joined #lobby`, `-- here: ann, ben`. */
function tellsHere(line: string, name: string): boolean {
  const [, news = ""] = /^\[\d\d:\d\d\] -- (.*)$/u.exec(line) ?? [];
  const [, names = ""] = /^(?:here: (?=.))?(.*?)(?: joined #lobby)?$/u.exec(news) ?? [];
  return names !== news && names.split(/, | and /u).includes(name);
}

/** What was said in the room that this chat is in, as it was shown. */
export function said(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => /^\[\d\d:\d\d\] <[^>]*> (.*)$/u.exec(line)?.[1] ?? []);
}

/** Waits until this chat has shown so many messages of the room; all of them. */
export async function reads(chat: Running, count: number, within: number = PATIENCE): Promise<readonly string[]> {
  await chat.until((lines) => said(lines).length >= count, within);
  return said(chat.lines);
}
