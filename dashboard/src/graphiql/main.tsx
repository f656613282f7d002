// GraphiQL, served by the product itself: nothing on this page comes from another host.
import "./workers";
import "graphiql/style.css";
import "./page.css";
import { GraphiQL } from "graphiql";
import { createRoot } from "react-dom/client";
import { Companion } from "./companion";
import { fetcherFor } from "./fetcher";
import { keepKnown, recall } from "./memory";
import { headersText, localSubjects, type Subject } from "./session";
import { fill, learn, operations } from "./walkthrough";

function page(subjects: readonly Subject[]) {
  const fetcher = fetcherFor(subjects[0]?.headers ?? {}, (answer) => keepKnown(learn(recall(), answer)));
  const known = recall();
  const tabs = operations.map(({ query, variables }) => ({
    query,
    variables: variables && fill(variables, known),
    headers: headersText(subjects[0]),
  }));
  return (
    <GraphiQL
      fetcher={fetcher}
      defaultTabs={tabs}
      defaultHeaders={headersText(subjects[0])}
      defaultEditorToolsVisibility="variables"
      // Text unless told otherwise; the editor would underline every answer to a pause.
      customScalarSchemas={{ JSON: {} }}
      // A token on the disk outlives its purpose: the page asks for a fresh one instead, and does
      // without the history, which keeps headers whatever the setting says.
      shouldPersistHeaders={false}
      plugins={[]}
    >
      <GraphiQL.Logo>
        <Companion subjects={subjects} />
      </GraphiQL.Logo>
    </GraphiQL>
  );
}

const root = document.getElementById("graphiql");
if (!root) throw new Error("The page has no place for GraphiQL.");
createRoot(root).render(page(await localSubjects()));
