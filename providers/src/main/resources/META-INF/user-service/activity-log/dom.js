// Elements made of text: nothing that comes from the server is ever read as HTML.

export const byId = (id) => document.getElementById(id);

/** An element with attributes (null leaves one out) and children, which are elements or text. */
export function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same of SVG. */
export function drawn(name, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null) {
      made.setAttribute(name, value);
    }
  }
  made.append(...children);
  return made;
}
