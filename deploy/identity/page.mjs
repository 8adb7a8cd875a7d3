// The page on which somebody picks who to be. There are no passwords: that is why this provider only ever listens on
// the loopback address and why no real installation uses it.
import { SIGNED_IN } from './provider.mjs';

/** Answers `GET` and `POST /interaction/{uid}`. */
export async function interaction(provider, people, portal, request, response) {
  let details;
  try {
    details = await provider.interactionDetails(request, response);
  } catch {
    return send(response, 400, 'text/plain', 'This sign-in is over. Begin again from the page you came from.\n');
  }

  if (request.method === 'POST') {
    const chosen = new URLSearchParams(await readBody(request)).get('person');
    if (people.has(chosen)) {
      const login = { accountId: chosen, amr: SIGNED_IN, remember: false };
      return provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
    }
  }

  return send(response, 200, 'text/html', render(details.uid, people), {
    'content-security-policy':
      `default-src 'none'; style-src 'unsafe-inline'; form-action 'self' ${portal}; frame-ancestors 'none'; base-uri 'none'`,
  });
}

function render(uid, people) {
  const rows = [...people.values()].map(({ subject, name, hats }) => `
      <tr><td><button name="person" value="${escape(subject)}">${escape(subject)}</button></td>
      <td>${escape(name)}</td>
      <td>${hats.map((hat) => escape([hat.agency, hat.team, hat.role].filter(Boolean).join(' · '))).join('<br>')}</td></tr>`);
  return `<!doctype html>
<html lang="en-GB">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Sign in to the demonstration</title>
<style>body{font:1.1rem/1.4 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}td,th{text-align:left;padding:.3rem 1rem .3rem 0}button{font:inherit}</style></head>
<body><main>
<h1>Who do you want to be?</h1>
<p>These people are made up. This page is part of a local demonstration; a real partnership signs in with its agencies' own providers.</p>
<form method="post" action="/interaction/${escape(uid)}">
<table><thead><tr><th>Sign in as</th><th>Name</th><th>Agency, team, role</th></tr></thead><tbody>${rows.join('')}
</tbody></table></form>
</main></body></html>
`;
}

export function send(response, status, type, body, headers = {}) {
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers,
  });
  response.end(body);
}

const escape = (text) => String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

async function readBody(request) {
  let body = '';
  for await (const chunk of request) {
    body += chunk;
    if (body.length > 4096) throw new Error('the form is too large');
  }

  return body;
}
