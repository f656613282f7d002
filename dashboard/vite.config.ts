import { defineConfig } from "vite";

const api = "http://127.0.0.1:8000";

export default defineConfig({
  base: "/graphiql/",
  build: {
    // GraphiQL brings Monaco, whose core is one large chunk.
    chunkSizeWarningLimit: 5000,
    rolldownOptions: {
      input: "graphiql.html",
      // "use client" in libraries: a word to server renderers, and there is none here.
      onwarn: (warning, warn) => warning.code === "MODULE_LEVEL_DIRECTIVE" || warn(warning),
    },
  },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/graphql": { target: api, ws: true },
      "/graphiql/session.json": { target: api },
    },
  },
});
