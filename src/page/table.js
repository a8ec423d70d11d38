'use strict';
// Elements, numbers and tables. Text gets into the page through textContent only.

const byId = id => document.getElementById(id);

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function number(value, digits = 3) {
  if (value === null || value === undefined) return '\u2013';
  if (typeof value !== 'number') return String(value);
  if (Number.isInteger(value)) return String(value);
  return Math.abs(value) >= 1e5 || Math.abs(value) < 1e-4 ? value.toExponential(2) : String(+value.toPrecision(digits + 1));
}

const percent = value => value === null || value === undefined ? '\u2013' : (100 * value).toFixed(1);
const signed = value => (value >= 0 ? '+' : '\u2212') + Math.abs(100 * value).toFixed(2);

// columns: [{name, text: row => text or element, number: is it one}]; the first column heads its row.
function table(columns, rows, caption) {
  const made = element('table');
  if (caption) made.append(element('caption', caption));
  const head = element('tr');
  for (const column of columns)
    head.append(element('th', column.name, column.number ? { scope: 'col', class: 'number' } : { scope: 'col' }));
  const body = element('tbody');
  for (const row of rows) {
    const line = element('tr');
    columns.forEach((column, place) => {
      const cell = element(place === 0 ? 'th' : 'td');
      if (place === 0) cell.scope = 'row';
      if (column.number) cell.className = 'number';
      cell.append(column.text(row) ?? '\u2013');
      line.append(cell);
    });
    body.append(line);
  }
  const top = element('thead');
  top.append(head);
  made.append(top, body);
  return made;
}

// Options of a select: [[value, text]].
function fill(select, options) {
  select.replaceChildren(...options.map(([value, text]) => element('option', text, { value })));
}

const unique = list => [...new Set(list)];
const counted = (count, what) => `${count} ${what}${count === 1 ? '' : 's'}`;
const colourOf = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
