/** The whole view is in the address, so that it can be sent, kept and gone back to. */

const listeners = new Set();

/** What an address without a view means. */
let beginning = {};
export const beginWith = (view) => (beginning = view);

export function parameters() {
  const given = new URLSearchParams(location.search);
  return given.has('view') ? given : new URLSearchParams({...beginning, ...Object.fromEntries(given)});
}

export function parameter(name, otherwise = '') {
  return parameters().get(name) ?? otherwise;
}

export function list(name) {
  return parameter(name).split(',').filter(Boolean);
}

/** The address with some parameters changed; empty values are left out. */
export function address(changes, from = parameters()) {
  const next = new URLSearchParams(from);
  for (const [name, value] of Object.entries(changes)) {
    const text = Array.isArray(value) ? value.join(',') : String(value ?? '');
    if (text === '') next.delete(name);
    else next.set(name, text);
  }
  return '?' + next.toString().replaceAll('%2C', ',');
}

/** The address of a view, without what belongs to the present one. */
export function viewAddress(view, changes = {}) {
  return address({view, ...changes}, new URLSearchParams());
}

/** Changes parameters of the present view, which shows the change itself. */
export function set(changes) {
  history.replaceState(null, '', address(changes));
}

/** Goes to another view. */
export function go(to) {
  history.pushState(null, '', to);
  listeners.forEach((listener) => listener());
}

export function onNavigation(listener) {
  listeners.add(listener);
}

addEventListener('popstate', () => listeners.forEach((listener) => listener()));
addEventListener('click', (event) => {
  const link = event.target.closest?.('a[href^="?"]');
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (link && plain) {
    event.preventDefault();
    go(link.getAttribute('href'));
  }
});
