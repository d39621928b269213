// Steps of a client's program: each is tried, and its outcome is one line of JSON on stdout.
import { readFileSync } from "node:fs";

export const [baseURL, pictureFile] = process.argv.slice(2);
export const rootURL = baseURL.replace(/\/v1$/, "");
export const picture = readFileSync(pictureFile);
export const uri = "data:image/png;base64," + picture.toString("base64");
export const model = "pp-ocrv6-small";
export const key = "none";

export async function step(name, tried) {
  try {
    await tried();
    console.log(JSON.stringify({ step: name, outcome: "ok", said: "" }));
  } catch (error) {
    console.log(JSON.stringify({ step: name, outcome: "failed", said: String(error?.message ?? error).slice(0, 400) }));
  }
}

export function shows(text, ...words) {
  const plain = String(text).toUpperCase().replaceAll(" ", "");
  for (const word of words.length ? words : ["MAPLE LANE BAKERY", "19.90"])
    if (!plain.includes(word.toUpperCase().replaceAll(" ", ""))) throw new Error(`${word} is not in ${String(text).slice(0, 300)}`);
}

export function isTotal(value) {
  if (Number(value) !== 19.9) throw new Error(`${value} is not 19.90`);
}
