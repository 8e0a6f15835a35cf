// digits is a number with three significant digits and no exponent, as the tables have it.
function digits(v) {
  if (v === 0) return '0';
  let decimals = 2 - Math.floor(Math.log10(Math.abs(v)));
  if (Math.round(Math.abs(v) * 10 ** decimals) >= 1000) decimals--;
  return v.toFixed(Math.min(20, Math.max(0, decimals)));
}

const units = [[1, 's'], [1e-3, 'ms'], [1e-6, 'µs'], [1e-9, 'ns']];

// unitOf is the unit in which so many seconds read well: its length and its name.
function unitOf(seconds) {
  return units.find(([length]) => Math.abs(seconds) >= 0.9995 * length) || units[3];
}

function secondsText(seconds) {
  if (seconds === 0) return '0 s';
  const [length, name] = unitOf(seconds);
  return digits(seconds / length) + ' ' + name;
}

function countText(n, one, many) {
  return n.toLocaleString('en') + ' ' + (n === 1 ? one : many);
}

// colour is what a property of the style sheet comes to, in the light or in the dark.
const probe = document.createElement('span');
probe.hidden = true;
document.body.append(probe);
function colour(name) {
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

// ticks are round times from one to another, about so many.
function ticks(from, to, about) {
  const rough = (to - from) / Math.max(1, about);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough * 0.999);
  const all = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to * (1 + 1e-9); i++) all.push(i * step);
  return { all, step };
}

// tickText writes a tick with as many decimals as tell it from the next.
function tickText(at, step, to) {
  const [length, name] = unitOf(to);
  const decimals = Math.max(0, -Math.floor(Math.log10(step / length) + 1e-9));
  return (at / length).toFixed(Math.min(12, decimals)) + ' ' + name;
}

// make is an element with a class and text, which is never read as HTML.
function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}
