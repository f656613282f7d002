// The reference on Node: graphql-ws as its documentation shows it. Each line it is told goes to every subscriber.
import { buildSchema } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { createInterface } from "node:readline";
import { WebSocketServer } from "ws";

const schema = buildSchema(`
  enum FlowEventKind { AGENT_STEP }
  enum ResultSource { RULES }
  interface FlowEvent { kind: FlowEventKind! cursor: String flowId: ID! occurredAt: String! }
  type AgentActivity implements FlowEvent {
    kind: FlowEventKind! cursor: String flowId: ID! occurredAt: String!
    phase: String! agent: String! message: String! percent: Int source: ResultSource!
  }
  type Query { hello: String }
  type Subscription { flowEvents(flowId: ID!, after: String): FlowEvent! }
`);

const queues = new Set();
// Told to each subscriber at once, so that he knows that he is one.
const first = {
  __typename: "AgentActivity", kind: "AGENT_STEP", cursor: "0", flowId: "1", occurredAt: "",
  phase: "", agent: "", message: "0 ", percent: 0, source: "RULES",
};

async function* flowEvents() {
  const queue = { waiting: [first], wake: null };
  queues.add(queue);
  try {
    for (;;) {
      while (queue.waiting.length) yield { flowEvents: queue.waiting.shift() };
      await new Promise((resolve) => (queue.wake = resolve));
    }
  } finally {
    queues.delete(queue);
  }
}

const server = new WebSocketServer({ host: "127.0.0.1", port: 0, path: "/graphql" });
useServer({ schema, roots: { subscription: { flowEvents } } }, server);
server.on("listening", () => console.log(server.address().port));
createInterface({ input: process.stdin })
  .on("line", (line) => {
    const event = { __typename: "AgentActivity", ...JSON.parse(line) };
    for (const queue of queues) {
      queue.waiting.push(event);
      queue.wake?.();
    }
  })
  .on("close", () => process.exit(0));
