// The demonstration people, read from the partnership's own file, so that there is one list of them.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/**
 * The people this issuer may assert: those with a hat of an agency that the file binds to it.
 * @returns {Map<string, {subject: string, name: string, hats: {name?: string, agency: string, team?: string, role: string}[]}>}
 * @throws {Error} when the file does not name the issuer
 */
export function readPeople(file, issuer, environment = process.env) {
  const partnership = parse(readFileSync(file, 'utf8'));
  const bound = (partnership.issuers ?? []).find((entry) => expand(entry.issuer, environment) === issuer);
  if (!bound) throw new Error(`${file} binds no agency to the issuer ${issuer}`);
  const people = new Map();
  for (const person of partnership.people ?? []) {
    const from = expand(person.issuer ?? issuer, environment);
    if (from !== issuer || !person.hats.some((hat) => bound.agencies.includes(hat.agency))) continue;
    people.set(person.subject, { subject: person.subject, name: person.name, hats: person.hats });
  }
  return people;
}

/** `${NAME}` and `${NAME:-default}` from the environment, as the services read them. */
function expand(text, environment) {
  return text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g, (_, name, otherwise) => {
    const value = environment[name];
    if (value) return value;
    if (otherwise !== undefined) return otherwise;
    throw new Error(`the environment does not set ${name}`);
  });
}
