// The walk-through's operations, and what one answer gives to the next: ids and proposed inputs.
const documents = import.meta.glob<string>("../../operations/*.graphql", { eager: true, query: "?raw", import: "default" });
const templates = import.meta.glob<string>("../../operations/*.json", { eager: true, query: "?raw", import: "default" });

export type Operation = Readonly<{ name: string; query: string; variables: string }>;

/** What a placeholder such as "$flowId" in an operation's variables stands for, once it is known. */
export type Known = Readonly<Record<string, unknown>>;

export const operations: readonly Operation[] = Object.entries(documents)
  .sort(([left], [right]) => left.localeCompare(right, undefined, { numeric: true }))
  .map(([path, query]) => ({
    name: /^(?:query|mutation|subscription) (\w+)/m.exec(query)?.[1] ?? path,
    query,
    variables: templates[path.replace(/graphql$/, "json")] ?? "",
  }));

export function fill(template: string, known: Known): string {
  return JSON.stringify(replaced(JSON.parse(template), known), null, 2);
}

function replaced(value: unknown, known: Known): unknown {
  if (typeof value === "string") return value.startsWith("$") ? (known[value.slice(1)] ?? value) : value;
  if (Array.isArray(value)) return value.map((entry) => replaced(entry, known));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, replaced(entry, known)]));
}

type Flow = {
  id?: string;
  currentPhase?: { key?: string; proposedInput?: unknown } | null;
  child?: { decisions?: { nodes?: Decision[] } };
};
type Decision = { application?: { id?: string }; tooCloseToCall?: boolean };
type Application = { id?: string };

export function learn(known: Known, answer: unknown): Known {
  const data = (answer as { data?: Record<string, unknown> | null }).data ?? {};
  return { ...known, ...fromFlow(flowIn(data)), ...fromApplications(data) };
}

function flowIn(data: Record<string, unknown>): Flow | undefined {
  const payloads = Object.values(data).map((field) => (field as { flow?: Flow } | null)?.flow);
  return (data.flow as Flow | undefined) ?? payloads.find((flow) => flow?.id);
}

function fromFlow(flow: Flow | undefined): Known {
  if (!flow?.id) return {};
  const { currentPhase: phase, child } = flow;
  const decisions = child?.decisions?.nodes ?? [];
  const decision = decisions.find((each) => each.tooCloseToCall) ?? decisions[0];
  return {
    flowId: flow.id,
    ...(phase?.key && { phase: phase.key }),
    ...(phase?.proposedInput != null && { proposedInput: phase.proposedInput }),
    ...(decision?.application?.id && { applicationId: decision.application.id }),
  };
}

function fromApplications(data: Record<string, unknown>): Known {
  const nodes = (data.applications as { nodes?: Application[] } | undefined)?.nodes ?? [];
  const applicationIds = nodes.flatMap((each) => each.id ?? []);
  return applicationIds.length > 0 ? { applicationIds } : {};
}
