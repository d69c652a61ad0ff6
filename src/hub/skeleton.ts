// What a name looks like: names of one skeleton are taken for the same by people.

/**
 * Letters by the shape they are taken for, after compatibility decomposition and lower case. A short selection from the confusables
 * of UTS #39 (Unicode Security Mechanisms, data file confusables.txt): Cyrillic, Greek, Armenian, phonetic and barred letters, digits.
 * Of capital and small letters that look like different ones, the capital counts.
 */
const SHAPES: Readonly<Record<string, string>> = {
  a: "аαɑ",
  b: "вьβ",
  c: "с",
  d: "ԁđ",
  e: "еεєө",
  g: "ɡց",
  h: "һнηհħ",
  j: "јϳ",
  k: "кκ",
  l: "i1|!ıіιɩłӏǀ",
  m: "мμ",
  n: "νոռ",
  o: "0оοօø",
  p: "рρ",
  q: "ԛգ",
  r: "гʀ",
  s: "ѕꜱ",
  t: "тτŧ",
  u: "սʋ",
  v: "ѵ",
  w: "ԝωѡ",
  x: "хχ",
  y: "уυγү",
  z: "ζᴢ",
  "3": "зʒ",
  "6": "б",
  σ: "ς",
  "'": "’‘ʼ`´",
  "-": "‐‑‒–—−",
};

const SHAPE_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(SHAPES).flatMap(([shape, letters]) => [...letters].map((letter) => [letter, shape] as const)),
);

/** Marks that any letter may carry (accents, dots), and what is drawn as nothing. Vowel signs of a script of their own stay. */
const DROPPED = /[[\p{Mn}&&\p{Script=Inherited}]\p{Default_Ignorable_Code_Point}]/gv;
const NEITHER_LETTER_NOR_DIGIT = /[^\p{L}\p{N}]/gu;

/** The skeleton of a name. Names that `foldName` folds to the same text have the same one. */
export function skeletonOf(name: string): string {
  const plain = fold(fold(name)).replace(/\s+/gu, " ").replace(DROPPED, "");
  const shapes = Array.from(plain, (letter) => SHAPE_OF.get(letter) ?? letter).join("");
  return shapes.replaceAll("rn", "m").replaceAll("vv", "w").replace(/ +/g, " ").trim();
}

/** The skeleton without spaces and punctuation: what is left of `[ S-Y-S-T-E-M ]`. */
export const bareSkeletonOf = (name: string): string => skeletonOf(name).replace(NEITHER_LETTER_NOR_DIGIT, "");

const fold = (text: string): string => text.normalize("NFKD").toLocaleLowerCase("en");
