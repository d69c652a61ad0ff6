// Words as search sees them: any script, whatever its case, width and accents.

/** What a person asked for, taken apart. */
export type Wanted = {
  /** Terms that must all occur; no more than MAX_TERMS, so that no question is too long. */
  readonly terms: readonly string[];
  /** Beginnings, of which one term each must occur. */
  readonly beginnings: readonly string[];
  /** Whether a text answers: what the terms alone promise too generously is looked at closely. */
  matches(text: string): boolean;
  /** The same, for a text that has all the terms; null when such a text always answers. */
  readonly confirms: ((text: string) => boolean) | null;
};

const MAX_TERMS = 24;
/** Most characters of one term; what is longer is known by its beginning. */
const MAX_TERM = 64;
/** Most characters of a question that are looked at. */
const MAX_QUESTION = 2_000;

/** Scripts that write without spaces, or glue particles to words: these are known by pairs of characters. */
const DENSE =
  "\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Hangul}\\p{scx=Bopomofo}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}\\p{scx=Tibetan}\\p{scx=Javanese}\\p{scx=Yi}";
const LETTER = "[\\p{L}\\p{N}\\p{M}]";
const RUN = new RegExp(
  `(?<dense>(?:(?=[${DENSE}])${LETTER})+)|(?<word>(?:(?![${DENSE}])${LETTER})+)|(?<sign>\\p{RI}{2}|(?!\\p{RI})[\\p{Extended_Pictographic}\\p{So}])`,
  "gu",
);
const PLAIN = /^[\n\r\t -~]*$/;
const PLAIN_RUN = /[a-z0-9]+/g;

/** Marks that people leave out when they type: Latin, Greek and Cyrillic accents, Hebrew points, Arabic vowels, the tatweel; joiners; emoji skin and style. */
const OPTIONAL =
  /[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]|\u00ad|\u200c|\u200d|[\ufe00-\ufe0f]|[\u{1f3fb}-\u{1f3ff}]/gu;
/** Letters that no Unicode form takes apart. */
const LETTERS: Readonly<Record<string, string>> = { ß: "ss", ς: "σ", ı: "i", ø: "o", ł: "l", đ: "d", æ: "ae", œ: "oe", þ: "th" };
const LETTERS_ANY = /[ßςıøłđæœþ]/g;

/** More marks on one character than any script needs: to put thousands in their order takes a quarter of a second. */
const PILE_OF_MARKS = /(\p{M}{16})\p{M}+/gu;

/** The text with case, width, compatibility forms and optional marks taken away. */
function fold(text: string): string {
  const bare = text.toWellFormed().replace(PILE_OF_MARKS, "$1").normalize("NFKD").toLowerCase().replace(OPTIONAL, "");
  return bare.replace(LETTERS_ANY, (letter) => LETTERS[letter] as string).normalize("NFC");
}

/** The terms under which a text is found, each once. */
export function termsOf(text: string): readonly string[] {
  if (PLAIN.test(text)) return [...new Set(Array.from(text.toLowerCase().matchAll(PLAIN_RUN), ([word]) => word.slice(0, MAX_TERM)))];
  const terms = new Set<string>();
  for (const run of runsOf(fold(text))) for (const term of run.isDense ? pairsOf(run.text) : [run.text]) terms.add(term);
  return [...terms];
}

/** Takes a question apart, or null where it has nothing that could be found. */
export function parseWanted(question: string): Wanted | null {
  const runs = runsOf(fold(question.slice(0, MAX_QUESTION)));
  const last = runs.at(-1);
  if (!last) return null;
  const terms = new Set<string>();
  const beginnings = new Set<string>();
  for (const run of runs) {
    if (run.isDense && run.length > 1) for (const pair of pairsOf(run.text).slice(0, -1)) terms.add(pair);
    else if (run.isDense || (run === last && run.isWord)) beginnings.add(run.text);
    else terms.add(run.text);
  }
  const isShort = terms.size + beginnings.size <= MAX_TERMS;
  return {
    terms: [...terms].slice(0, MAX_TERMS),
    beginnings: [...beginnings].slice(0, MAX_TERMS),
    matches: (text) => answers(runs, fold(text)),
    confirms: isShort ? confirmation(runs) : (text) => answers(runs, fold(text)),
  };
}

type Run = { readonly text: string; readonly length: number; readonly isDense: boolean; readonly isWord: boolean };

function runsOf(folded: string): readonly Run[] {
  return Array.from(folded.matchAll(RUN), ({ groups }) => {
    const { dense, word, sign } = groups as { dense?: string; word?: string; sign?: string };
    const text = dense ?? word?.slice(0, MAX_TERM).toWellFormed() ?? (sign as string);
    return { text, length: Array.from(text).length, isDense: dense !== undefined, isWord: word !== undefined };
  });
}

/** Every two neighbours, and the last character alone: so each character begins a term. */
function pairsOf(run: string): readonly string[] {
  const characters = Array.from(run);
  return characters.map((character, index) => character + (characters[index + 1] ?? ""));
}

/** Pairs say that two characters are neighbours; longer runs must be looked for. */
function confirmation(runs: readonly Run[]): ((text: string) => boolean) | null {
  const long = runs.filter((run) => run.isDense && run.length > 2);
  if (long.length === 0) return null;
  return (text) => long.every((run) => text.includes(run.text)) || answers(long, fold(text));
}

function answers(wanted: readonly Run[], folded: string): boolean {
  const runs = runsOf(folded);
  const words = new Set(runs.map((run) => run.text));
  return wanted.every((run, index) => {
    if (run.isDense) return runs.some(({ isDense, text }) => isDense && text.includes(run.text));
    if (words.has(run.text)) return true;
    return run.isWord && index === wanted.length - 1 && runs.some(({ isWord, text }) => isWord && text.startsWith(run.text));
  });
}
