// Beside the editors: who is acting, and variables that follow the answers until a person edits them.
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect, useState } from "react";
import { keepFilled, recall, wasFilled } from "./memory";
import { headersText, type Subject } from "./session";
import { fill, operations } from "./walkthrough";

export function Companion({ subjects }: { subjects: readonly Subject[] }) {
  const [chosen, choose] = useState(0);
  useVariables();
  useHeaders(subjects, chosen);
  useSystemTheme();
  return (
    <>
      <a className="graphiql-logo-link" href="/">
        Flotilla
      </a>
      {subjects.length > 0 && (
        <label className="subject">
          acting as{" "}
          <select value={chosen} onChange={(event) => choose(Number(event.target.value))}>
            {subjects.map((subject, index) => (
              <option key={subject.name} value={index}>
                {subject.name}
              </option>
            ))}
          </select>
        </label>
      )}
    </>
  );
}

function useVariables(): void {
  const { editor, title, index } = useGraphiQL(({ variableEditor, tabs, activeTabIndex }) => ({
    editor: variableEditor,
    title: tabs[activeTabIndex]?.title ?? "",
    index: activeTabIndex,
  }));
  useEffect(() => {
    const template = operations.find((each) => each.name === title)?.variables;
    if (!editor || !template) return undefined;
    const refill = () => {
      const text = editor.getValue().trim();
      if (text !== "" && text !== template.trim() && !wasFilled(title, text)) return;
      const next = fill(template, recall());
      keepFilled(title, next);
      if (next !== text) editor.setValue(next);
    };
    refill();
    // Another window has learned something.
    window.addEventListener("storage", refill);
    return () => window.removeEventListener("storage", refill);
  }, [editor, title, index]);
}

function useHeaders(subjects: readonly Subject[], chosen: number): void {
  const { editor, index } = useGraphiQL(({ headerEditor, activeTabIndex }) => ({ editor: headerEditor, index: activeTabIndex }));
  useEffect(() => {
    const text = editor?.getValue() ?? "";
    const ours = text === "" || subjects.some((subject) => headersText(subject) === text);
    const next = headersText(subjects[chosen]);
    if (editor && ours && next !== text) editor.setValue(next);
  }, [editor, index, subjects, chosen]);
}

/** GraphiQL reads the system's colours once; a person may change them while the page is open. */
function useSystemTheme(): void {
  const { setTheme } = useGraphiQLActions();
  const theme = useGraphiQL((state) => state.theme);
  useEffect(() => {
    if (theme !== null) return undefined;
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    const follow = () => setTheme(null);
    system.addEventListener("change", follow);
    return () => system.removeEventListener("change", follow);
  }, [theme, setTheme]);
}
