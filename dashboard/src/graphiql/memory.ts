// What the walk-through knows, kept for reloads and for a second window that watches.
import type { Known } from "./walkthrough";

const KNOWN = "flotilla:walkthrough:known";
// One entry for each text, so that two windows that write at once lose nothing of each other's.
const FILLED = "flotilla:walkthrough:filled";
// Another window, or a tab not opened for a while, still shows what was filled in earlier.
const REMEMBERED = 12;

export function recall(): Known {
  try {
    return JSON.parse(localStorage.getItem(KNOWN) ?? "{}") as Known;
  } catch {
    return {};
  }
}

export function keepKnown(known: Known): void {
  keep(KNOWN, JSON.stringify(known));
}

/** Whether that text was filled into the tab's variables: anything else there is a person's own. */
export function wasFilled(tab: string, text: string): boolean {
  return localStorage.getItem(entry(tab, text)) !== null;
}

export function keepFilled(tab: string, text: string): void {
  // Writing it again would tell the other window, which would write in turn, for ever.
  if (wasFilled(tab, text)) return;
  keep(entry(tab, text), String(Date.now()));
  const when = (key: string) => Number(localStorage.getItem(key));
  const newestFirst = Object.keys(localStorage)
    .filter((key) => key.startsWith(entry(tab, "")))
    .sort((left, right) => when(right) - when(left));
  for (const old of newestFirst.slice(REMEMBERED)) localStorage.removeItem(old);
}

function entry(tab: string, text: string): string {
  return `${FILLED}:${tab}:${text}`;
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // The browser has no room for it, as for the answer to a large import: it is then copied by hand.
  }
}
