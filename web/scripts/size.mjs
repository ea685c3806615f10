// Weighs what the chat needs before it shows: scripts, styles and one language, compressed.
import { readFileSync, readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT_KB = 165;
const html = readFileSync("dist/index.html", "utf8");
const files = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map((match) => match[1]);
// The words of single pages are loaded with those; the largest file holds those of the chat.
const size = (file) => readFileSync(`dist/assets/${file}`).length;
const [language] = readdirSync("dist/assets").filter((file) => /^en-.*\.js$/.test(file)).sort((a, b) => size(b) - size(a));
files.push(`assets/${language}`);

let total = 0;
for (const file of files) {
  const bytes = gzipSync(readFileSync(`dist/${file}`), { level: 9 }).length;
  total += bytes;
  console.log(`${(bytes / 1000).toFixed(1).padStart(8)} kB  ${file}`);
}
console.log(`${(total / 1000).toFixed(1).padStart(8)} kB  in all, compressed (at most ${LIMIT_KB})`);
process.exit(total / 1000 > LIMIT_KB ? 1 : 0);
