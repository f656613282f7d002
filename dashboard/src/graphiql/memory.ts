// What the walk-through knows, kept for reloads and for a second window that watches.
import type { Known } from "./walkthrough";

type Memory = { known: Known; filled: Record<string, string> };

const KEY = "flotilla:walkthrough";

export function recall(): Memory {
  try {
    return { known: {}, filled: {}, ...(JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Memory>) };
  } catch {
    return { known: {}, filled: {} };
  }
}

export function keep(change: (memory: Memory) => Memory): void {
  localStorage.setItem(KEY, JSON.stringify(change(recall())));
}
