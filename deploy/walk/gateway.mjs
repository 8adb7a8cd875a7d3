// Talking to the gateway as one of the demonstration people.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const base = process.env.GATEWAY ?? 'http://127.0.0.1:8080';
const tokens = new Map();

/** An access token, as deploy/token prints it. */
function tokenOf(person) {
  if (!tokens.has(person)) {
    const script = fileURLToPath(new URL('../token', import.meta.url));
    tokens.set(person, execFileSync(script, [person], { encoding: 'utf8' }).trim());
  }

  return tokens.get(person);
}

/**
 * One request. `raw` is the body byte for byte, `json` what it says if it is JSON, `promise` the parts of Sharing-Record.
 */
export async function call(person, method, path, { purpose, body, headers } = {}) {
  const answer = await fetch(base + path, {
    method,
    headers: {
      authorization: `Bearer ${tokenOf(person)}`,
      ...(purpose && { 'sharing-purpose': purpose }),
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body && JSON.stringify(body),
  });
  const raw = await answer.text();
  let json;
  try {
    json = raw ? JSON.parse(raw) : undefined;
  } catch {
    json = undefined;
  }

  return {
    status: answer.status, raw, json,
    etag: answer.headers.get('etag'),
    location: answer.headers.get('location'),
    promise: parsePromise(answer.headers.get('sharing-record')),
    headers: Object.fromEntries([...answer.headers].filter(([name]) => name !== 'date')),
  };
}

export const get = (person, path, purpose) => call(person, 'GET', path, { purpose });

/** Sharing-Record: the gateway's signed promise that the entry with this leaf hash will stand in the ledger. */
function parsePromise(header) {
  const parts = /^v=1, instance="([^"]+)", seq=(\d+), leaf=:([A-Za-z0-9+/=]{44}):, sig=:([A-Za-z0-9+/=]{88}):$/.exec(header ?? '');
  return parts && { instance: parts[1], sequence: Number(parts[2]), leaf: parts[3], signature: parts[4] };
}

/** Asks again until `done` says so, for at most `seconds`; gives back the last answer either way. */
export async function until(seconds, ask, done) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (done(answer) || Date.now() > deadline) return answer;
    await new Promise((resolve) => { setTimeout(resolve, 200); });
  }
}
