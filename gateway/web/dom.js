// Elements without markup: whatever the server or a user wrote gets in as text.

// el('p', {class: 'hint', onclick: f, hidden: true}, 'text', child): properties where the element
// has them, else attributes; null and false leave an attribute out.
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function byId(id) {
  return document.getElementById(id);
}

export function prefersReducedMotion() {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}

export function scrollTo(element, block = 'nearest') {
  element.scrollIntoView({block, behavior: prefersReducedMotion() ? 'auto' : 'smooth'});
}
