'use strict';
// What hardrow wrote into the page (page.h), read when it is needed.

// Names are shown in one line and in their own direction: no controls, no marks that turn the direction of writing.
const DRIVES = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

function parseClean(json) {
  return JSON.parse(json, (key, value) => typeof value === 'string' ? value.replace(DRIVES, '\ufffd') : value);
}

// {title, notes, rows} of a report, or null.
function reportOf(id) {
  const element = document.getElementById('data-' + id);
  return element ? parseClean(element.textContent) : null;
}

function bytesOf(element) {
  const text = atob(element.textContent);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

const MISSING = { u: 4294967295, p: 65535, r: 65535 };

// {rows, NAME: row => number or null, ...} of a matrix, or null. Its numbers lie row after row, all of one width.
function matrixOf(id) {
  const element = document.getElementById('data-' + id);
  if (!element) return null;
  const columns = element.dataset.columns.split(' ').map(column => column.split(':'));
  const buffer = bytesOf(element).buffer;
  const halves = 'pr'.includes(columns[0][1]);
  const whole = halves ? new Uint16Array(buffer) : new Uint32Array(buffer);
  const floats = halves ? null : new Float32Array(buffer);
  const width = columns.length;
  const matrix = { rows: whole.length / width };
  columns.forEach(([name, form], place) => {
    matrix[name] = row => {
      const at = row * width + place;
      if (form === 'f') return Number.isNaN(floats[at]) ? null : floats[at];
      const value = whole[at];
      if (value === undefined || value === MISSING[form]) return null;
      if (form === 'u') return value;
      const share = value / 65534;
      return form === 'p' ? share : share / (1 - share);
    };
  });
  return matrix;
}

const read = new Map();

// Each matrix is decoded once.
function keep(id) {
  if (!read.has(id)) read.set(id, matrixOf(id));
  return read.get(id);
}

// id => {width, pixels} of the instances of a data set of images that have a picture, null of others.
function picturesOf(dataset) {
  const id = 'pictures-' + dataset;
  if (!read.has(id)) {
    const pictured = keep('pictured-' + dataset), element = document.getElementById('data-' + id);
    const bytes = element ? bytesOf(element) : new Uint8Array(0), size = bytes.length / pictured.rows;
    const place = new Map(Array.from({ length: pictured.rows }, (_, i) => [pictured.instance_id(i), i]));
    read.set(id, instance => place.has(instance)
      ? { width: Number(element.dataset.width), pixels: bytes.subarray(size * place.get(instance), size * (place.get(instance) + 1)) } : null);
  }
  return read.get(id);
}

const runs = reportOf('html').rows;
const mapped = runs.filter(run => run.data_map);
