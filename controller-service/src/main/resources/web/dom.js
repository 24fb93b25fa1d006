/** Elements without templates: text is always text, so nothing that a run is called can become markup. */

const SVG = 'http://www.w3.org/2000/svg';

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'value' || name === 'checked') element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== undefined && child !== null && child !== false) element.append(child);
  }
}

export function h(tag, properties, ...children) {
  return fill(document.createElement(tag), properties, children);
}

export function svg(tag, properties, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

export function replace(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

/** Builds anew only if what it is built from has changed, so that what a person has opened or selected stays. */
export function replaceIfChanged(element, source, build) {
  const text = JSON.stringify(source);
  if (element.builtFrom !== text) {
    element.builtFrom = text;
    replace(element, build());
  }
}

/** Says something that goes away by itself. */
let toastTimer;
export function toast(text) {
  const place = document.getElementById('toast');
  place.textContent = text;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (place.textContent = ''), 4000);
}

/** Browsers let a page write to the clipboard only where the connection is secure; elsewhere the text is shown to be copied. */
export async function copy(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    toast(`Copied: ${text.length > 80 ? text.slice(0, 79) + '…' : text}`);
  } else {
    await ask('Copy this', h('pre', {}, text), 'Done');
  }
}

/** Offers a file that was made here. */
export function save(name, blob) {
  const link = h('a', {href: URL.createObjectURL(blob), download: name});
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A question that has to be answered before anything is changed; resolves to the form's values, or undefined. */
export function ask(title, body, action, danger = false) {
  return new Promise((resolve) => {
    let answer;
    const form = h('form', {method: 'dialog', onsubmit: () => (answer = Object.fromEntries(new FormData(form)))},
      h('h2', {id: 'ask-title'}, title),
      body,
      h('div', {class: 'actions'},
        h('button', {type: 'button', onclick: () => dialog.close()}, 'Cancel'),
        h('button', {class: danger ? 'danger' : 'primary', value: 'yes'}, action)));
    const dialog = h('dialog', {'aria-labelledby': 'ask-title', onclose: () => {
      dialog.remove();
      resolve(answer);
    }}, form);
    document.body.append(dialog);
    dialog.showModal();
  });
}
