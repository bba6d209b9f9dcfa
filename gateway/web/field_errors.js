// Messages beside the fields of the form, each tied to its field by aria-describedby.

import {byId} from '/assets/dom.js';

// `name` is the field's name in the request; '' as text takes the message back.
export function setFieldError(name, text) {
  const message = byId(`${name}-error`);
  if (!message) return;
  message.textContent = text;
  message.hidden = text === '';
  const input = byId(name) ?? byId('start-file');
  if (text === '') input.removeAttribute('aria-invalid');
  else input.setAttribute('aria-invalid', 'true');
}

export function clearFieldErrors(form) {
  for (const message of form.querySelectorAll('.field-error')) setFieldError(message.id.replace(/-error$/, ''), '');
}

export function focusFirstError(form) {
  form.querySelector('[aria-invalid="true"]')?.focus();
}

// The field that a refusal of the server names, or null: "steps: 900 is more than 200".
export function namedField(form, message) {
  const names = [...form.querySelectorAll('.field-error')].map((element) => element.id.replace(/-error$/, ''));
  return names.find((name) => new RegExp(`(^|[^a-z_])${name}([^a-z_]|$)`).test(message)) ?? null;
}
