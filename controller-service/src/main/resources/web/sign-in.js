/** Who uses the page: a link or a token becomes a cookie that no script can read. */

import {h, replace} from './dom.js';

async function show(secret) {
  const response = await fetch('/session', {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify(secret),
  });
  return response.ok;
}

/** Uses the secret of a link that was opened, and takes it out of the address. */
export async function enter() {
  const link = new URLSearchParams(location.hash.slice(1)).get('link');
  if (!link) return;
  history.replaceState(null, '', location.pathname + location.search);
  await show({link}).catch(() => false);
}

/** Asks for a token in the place of a view. */
export function signIn(place, then) {
  if (place.querySelector('form.sign-in')) return;
  const problem = h('p', {role: 'alert'});
  const token = h('input', {type: 'password', name: 'token', autocomplete: 'off', required: true, 'aria-label': 'Token'});
  const submit = async (event) => {
    event.preventDefault();
    if (await show({token: token.value}).catch(() => false)) {
      then();
    } else {
      problem.textContent = 'This token is not known here.';
      token.select();
    }
  };
  replace(place, h('section', {class: 'state'},
    h('h1', {}, 'Who are you?'),
    h('p', {}, 'Open the link that ', h('code', {}, 'connectome page'), ' prints, or paste a token of this platform.'),
    h('form', {class: 'sign-in', onsubmit: submit}, token, ' ', h('button', {class: 'primary'}, 'Sign in')),
    problem));
  token.focus();
}
