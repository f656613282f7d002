// Who the page may act as: the local subjects of a development server, nobody anywhere else.

export type Headers = Readonly<Record<string, string>>;
export type Subject = Readonly<{ name: string; headers: Headers }>;

export async function localSubjects(): Promise<readonly Subject[]> {
  const answer = await fetch("/graphiql/session.json", { cache: "no-store" });
  if (!answer.ok) return [];
  const session = (await answer.json()) as { subjects: Subject[] };
  return session.subjects;
}

export function headersText(subject: Subject | undefined): string {
  return subject ? JSON.stringify(subject.headers, null, 2) : "";
}
