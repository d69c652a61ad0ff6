// Talk for measuring: seeded, some 200 bytes a message, words as often as in real talk (Zipf), one in seven in Chinese characters.

const SYLLABLES = "ka to mi re su lo an ex tri bo che du fi gra hel in jo ko lu men no or pe qui ra se ta ur ve wi xa yo zu".split(" ");
const HAN =
  "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生自会那后能对着事其里所去行过家十用发天如然作方成者多日都三小军二无同么经法当起与好看学进种将还分此心前面又定见只主没公从";
const WORDS = 20_000;
const LENGTH = 200;

export type Corpus = { readonly words: readonly string[]; readonly han: string; text(): string; random(): number };

export function corpusOf(seed: number): Corpus {
  const random = mulberry32(seed);
  const pick = <T>(list: ArrayLike<T>, power: number): T => list[Math.floor(random() ** power * list.length)] as T;
  const words = Array.from({ length: WORDS }, () =>
    Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(SYLLABLES, 1)).join(""),
  );
  const text = (): string => {
    const isHan = random() < 1 / 7;
    let made = "";
    while (Buffer.byteLength(made) < LENGTH)
      made += isHan
        ? Array.from({ length: 8 }, () => pick(HAN, 2))
            .join("")
            .concat("，")
        : `${pick(words, 3)} `;
    return made;
  };
  return { words, han: HAN, text, random };
}

/** A small generator of 32 bits of state (Tommy Ettinger, public domain). */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
