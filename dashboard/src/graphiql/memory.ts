// What the walk-through knows, kept for reloads and for a second window that watches.
import type { Known } from "./walkthrough";

/** `filled` is what was filled into each tab's variables: anything else there is a person's own. */
type Memory = { known: Known; filled: Record<string, readonly string[]> };

const KEY = "flotilla:walkthrough";
// Another window, or a tab not opened for a while, still shows what was filled in earlier.
const REMEMBERED = 12;

export function recall(): Memory {
  try {
    return { known: {}, filled: {}, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Memory>) };
  } catch {
    return { known: {}, filled: {} };
  }
}

export function keepKnown(known: Known): void {
  keep({ ...recall(), known });
}

export function keepFilled(tab: string, text: string): void {
  const { known, filled } = recall();
  const others = filled[tab]?.filter((each) => each !== text) ?? [];
  keep({ known, filled: { ...filled, [tab]: [text, ...others].slice(0, REMEMBERED) } });
}

function keep(memory: Memory): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(memory));
  } catch {
    // The browser has no room for it, as for the answer to a large import: it is then copied by hand.
  }
}
