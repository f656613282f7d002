// How GraphiQL reaches the API: queries and mutations over HTTP, subscriptions over a WebSocket.
import type { Fetcher, FetcherOpts, FetcherParams } from "@graphiql/toolkit";
import { getOperationAST, parse } from "graphql";
import { subscription } from "./live";
import type { Headers } from "./session";

type OnAnswer = (answer: unknown) => void;

export function fetcherFor(local: Headers, onAnswer: OnAnswer): Fetcher {
  return (given, options) => {
    const operation = operationOf(given);
    const request = { ...given, operationName: operation?.name?.value ?? given.operationName ?? null };
    if (operation?.operation === "subscription") {
      return subscription(socketUrl(), headersOf(options), payload(request));
    }
    // The page asks for the schema before its headers editor is there.
    const headers = request.operationName === "IntrospectionQuery" ? { ...local, ...headersOf(options) } : headersOf(options);
    return post(request, headers).then((answer) => {
      onAnswer(answer);
      return answer;
    });
  };
}

/** Read anew: what GraphiQL knows of its text lags behind it, most of all after a change of tab. */
function operationOf({ query, operationName }: FetcherParams) {
  try {
    const document = parse(query);
    return getOperationAST(document, operationName) ?? getOperationAST(document);
  } catch {
    // The server says what is wrong with it.
    return null;
  }
}

function headersOf(options?: FetcherOpts): Headers {
  return options?.headers ?? {};
}

function payload(request: FetcherParams) {
  return { query: request.query, operationName: request.operationName ?? null, variables: request.variables ?? null };
}

async function post(request: FetcherParams, headers: Headers) {
  const response = await fetch("/graphql", {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json, application/json;q=0.9", ...headers },
    body: JSON.stringify(request),
  });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return { errors: [{ message: `The server answered ${response.status} ${response.statusText}: ${text.slice(0, 500)}` }] };
  }
}

function socketUrl(): string {
  const { protocol, host } = window.location;
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/graphql`;
}
