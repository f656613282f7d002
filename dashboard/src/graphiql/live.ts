// A subscription as GraphiQL can show it: everything that arrived, newest first.
import type { Observable, SyncExecutionResult } from "@graphiql/toolkit";
import { createClient, type SubscribePayload } from "graphql-ws";
import type { Headers } from "./session";

// The page keeps the newest; the log itself is on the server and can be replayed.
const SHOWN = 200;

type View = { received: number; errors?: readonly unknown[]; newestFirst: readonly unknown[] };

/** An observable, because GraphiQL cannot stop a generator that waits for its next event. */
export function subscription(url: string, headers: Headers, request: SubscribePayload): SyncExecutionResult {
  const observable: unknown = { subscribe: (sink: Sink) => follow(url, headers, request, sink) };
  return observable as Observable<never>;
}

type Sink = { next(view: View): void; complete(): void };

function follow(url: string, headers: Headers, request: SubscribePayload, sink: Sink) {
  // No retries: a retry would repeat `after` and show events twice. Run it again instead.
  const client = createClient({ url, connectionParams: { ...headers }, retryAttempts: 0 });
  const received = new Received(sink);
  client.subscribe(request, {
    next: (result) => received.add(result),
    error: (cause) => received.end(problems(cause)),
    complete: () => received.end([]),
  });
  return {
    unsubscribe() {
      received.stop();
      void client.dispose();
    },
  };
}

/** Shows at most one view per animation frame, however fast events arrive. */
class Received {
  private count = 0;
  private newestFirst: unknown[] = [];
  private frame = 0;

  constructor(private readonly sink: Sink) {}

  add(result: unknown): void {
    this.count += 1;
    this.newestFirst = [result, ...this.newestFirst].slice(0, SHOWN);
    this.frame ||= requestAnimationFrame(() => this.show({}));
  }

  end(errors: readonly unknown[]): void {
    this.stop();
    this.show(errors.length > 0 ? { errors } : {});
    this.sink.complete();
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
  }

  private show(more: { errors?: readonly unknown[] }): void {
    this.frame = 0;
    this.sink.next({ received: this.count, ...more, newestFirst: this.newestFirst });
  }
}

function problems(cause: unknown): readonly unknown[] {
  if (Array.isArray(cause)) return cause;
  if (cause instanceof CloseEvent) {
    return [{ message: `The server closed the socket: ${cause.code} ${cause.reason}`.trim() }];
  }
  return [{ message: cause instanceof Error ? cause.message : "The socket could not be opened." }];
}
