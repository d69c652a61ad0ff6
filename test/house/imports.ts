// What a source file imports, by every way there is to import.

import { readFileSync } from "node:fs";
import { parseSync } from "oxc-parser";

export type Import = {
  readonly line: number;
  /** As written; null where it is computed, so that nobody can tell. */
  readonly specifier: string | null;
  /** Gone at run time: `import type`, `export type … from`, `import("…").T`. */
  readonly typeOnly: boolean;
};

type Node = { readonly type: string; readonly start: number; readonly [key: string]: unknown };

/** Static and dynamic imports, re-exports, import types, `new URL(…, import.meta.url)` for code, `require` and its disguises. Throws where the file does not parse. */
export function importsOf(path: string): Import[] {
  const text = readFileSync(path, "utf8");
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors[0]?.message}`);
  const found: Import[] = [];
  walk(program, (node) => {
    const read = READERS[node.type]?.(node);
    if (read) found.push({ ...read, line: text.slice(0, node.start).split("\n").length });
  });
  return found;
}

type Reader = (node: Node) => Omit<Import, "line"> | null;

const READERS: Readonly<Record<string, Reader>> = {
  ImportDeclaration: (node) => ({ specifier: literal(node.source), typeOnly: node.importKind === "type" }),
  ExportAllDeclaration: (node) => ({ specifier: literal(node.source), typeOnly: node.exportKind === "type" }),
  ExportNamedDeclaration: (node) => (node.source ? { specifier: literal(node.source), typeOnly: node.exportKind === "type" } : null),
  ImportExpression: (node) => ({ specifier: literal(node.source), typeOnly: false }),
  TSImportType: (node) => ({ specifier: literal(node.source), typeOnly: true }),
  TSImportEqualsDeclaration: () => COMPUTED,
  NewExpression: (node) => codeUrl(node),
  CallExpression: (node) => (DISGUISES.has(nameOf(node.callee)) ? { specifier: literal(argument(node, 0)), typeOnly: false } : null),
};

const COMPUTED = { specifier: null, typeOnly: false } as const;
const DISGUISES = new Set(["require", "createRequire", "getBuiltinModule", "resolve:meta"]);

/** `new URL("./worker.ts", import.meta.url)`: an import where it names code. A template's last part stands for the extension. */
function codeUrl(node: Node): Omit<Import, "line"> | null {
  if (nameOf(node.callee) !== "URL" || !isMetaUrl(argument(node, 1))) return null;
  const target = argument(node, 0);
  const specifier = literal(target) ?? templateStem(target);
  if (specifier === null) return COMPUTED;
  return /\.[cm]?[jt]s$/.test(specifier) ? { specifier, typeOnly: false } : null;
}

function templateStem(node: Node | undefined): string | null {
  if (node?.type !== "TemplateLiteral") return null;
  const [head, ...tail] = node.quasis as readonly { value: { cooked: string } }[];
  return head?.value.cooked.endsWith(".") && tail.length === 1 && tail[0]?.value.cooked === "" ? `${head.value.cooked}ts` : null;
}

function isMetaUrl(node: Node | undefined): boolean {
  const object = node?.object as Node | undefined;
  return node?.type === "MemberExpression" && object?.type === "MetaProperty";
}

function nameOf(callee: unknown): string {
  const node = callee as Node;
  if (node.type === "Identifier") return String(node.name);
  if (node.type !== "MemberExpression") return "";
  const property = String((node.property as Node).name ?? literal(node.property as Node));
  return (node.object as Node).type === "MetaProperty" ? `${property}:meta` : property;
}

const argument = (node: Node, index: number): Node | undefined => (node.arguments as readonly Node[])[index];

function literal(value: unknown): string | null {
  const node = value as Node | undefined;
  if (node?.type === "Literal" && typeof node.value === "string") return node.value;
  const quasis = node?.type === "TemplateLiteral" ? (node.quasis as readonly { value: { cooked: string } }[]) : [];
  return quasis.length === 1 ? (quasis[0]?.value.cooked ?? null) : null;
}

function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  if ("type" in value && typeof value.type === "string") visit(value as Node);
  for (const child of Object.values(value)) walk(child, visit);
}
