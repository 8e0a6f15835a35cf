// What the page has of its calls: the text of the element is JSON, compressed, in base64.
async function read(element) {
  const bytes = Uint8Array.from(atob(element.textContent.trim()), (c) => c.charCodeAt(0));
  const text = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(text).json();
}

// spansOf takes the columns of a strategy's spans apart. Times are in millionths of the run, starts since the last one.
function spansOf(strategy, outcomes) {
  const c = strategy.spans, millionth = strategy.seconds / 1e6;
  let start = 0;
  return c.lane.map((lane, i) => {
    start += c.start[i];
    const length = c.length[i] * millionth;
    return {
      lane, start: start * millionth, end: start * millionth + length, attempts: c.attempts ? c.attempts[i] : 1,
      share: c.busy ? c.busy[i] / 100 : 1, index: c.index[i], failed: c.failed ? c.failed[i] : 0,
      outcome: outcomes[c.outcome ? c.outcome[i] : 0],
    };
  });
}

// button is one that says what it does.
function button(text, title, act) {
  const made = make('button', '', text);
  made.type = 'button';
  made.title = title;
  made.setAttribute('aria-label', title);
  made.addEventListener('click', act);
  return made;
}

function tools(view) {
  const group = make('div', 'tools');
  group.setAttribute('role', 'group');
  group.setAttribute('aria-label', 'Time axis');
  const all = button('All', 'Show the whole time', () => view.all());
  group.append(button('+', 'Zoom in', () => view.zoom(0.5)), button('−', 'Zoom out', () => view.zoom(2)),
    button('←', 'Earlier', () => view.pan(-0.5)), button('→', 'Later', () => view.pan(0.5)), all,
    make('span', 'hint', 'drag to zoom, double-click for all; a strategy’s name zooms to its run'));
  view.drawn(() => { all.disabled = view.isAll; });
  return group;
}

// axis draws the times that all timelines share.
function axis(view, canvas) {
  const width = canvas.clientWidth, height = canvas.clientHeight, ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const at = canvas.getContext('2d');
  at.scale(ratio, ratio);
  at.font = '12px system-ui, sans-serif';
  at.textBaseline = 'top';
  const { all, step } = ticks(view.from, view.to, width / 100);
  for (const t of all) {
    const x = (t - view.from) / (view.to - view.from) * width, text = tickText(t, step, view.to);
    const half = at.measureText(text).width / 2;
    at.fillStyle = colour('--muted');
    at.fillText(text, Math.max(0, Math.min(width - 2 * half, x - half)), 2);
    at.fillRect(Math.min(width - 1, x), height - 5, 1, 5);
  }
}

function timelineRow(strategy, job, view, tip) {
  const row = make('div', 'row'), canvas = make('canvas', 'calls');
  const name = button('', `Zoom to the run of ${strategy.name}`, () => view.show(0, strategy.seconds * 1.02));
  name.className = 'name';
  name.append(make('i', `swatch ${strategy.colour.slice(2)}`), make('b', '', strategy.name),
    make('small', '', strategy.caption));
  canvas.style.height = Timeline.height(strategy.lanes) + 'px';
  canvas.tabIndex = 0;
  canvas.setAttribute('role', 'application');
  canvas.setAttribute('aria-roledescription', 'timeline');
  canvas.setAttribute('aria-label', `${strategy.name}: ${strategy.caption}. Left and right go from call to call, ` +
    'plus and minus zoom, 0 shows all.');
  row.append(name, canvas);
  const timeline = new Timeline(strategy, job, view, canvas, tip);
  return { row, timeline };
}

// legend has a box for each strategy's line, and its figure under the pointer.
function legend(job, chart) {
  const all = make('div', 'legend');
  job.strategies.forEach((s, i) => {
    const label = make('label'), box = make('input');
    box.type = 'checkbox';
    box.checked = true;
    box.addEventListener('change', () => chart().toggle(i, box.checked));
    s.figure = make('output', 'figure');
    s.figure.setAttribute('aria-live', 'off');
    label.append(box, make('i', `swatch ${s.colour.slice(2)}`), make('bdi', '', s.name), s.figure);
    all.append(label);
  });
  return all;
}

function drawJob(section, job, outcomes) {
  job.strategies.forEach((s) => {
    s.colour = `--s${s.number % 9}`;
    s.dash = [undefined, [8, 4], [2, 3]][Math.floor(s.number / 9) % 3];
    s.spans = spansOf(s, outcomes);
  });
  const view = new View(Math.max(...job.strategies.map((s) => s.seconds)));
  const timelines = section.querySelector('.timelines'), inFlight = section.querySelector('.in-flight');
  timelines.hidden = inFlight.hidden = false;
  const spoken = make('div', 'spoken');
  spoken.setAttribute('role', 'status');
  const tip = new Tip(spoken);
  const scale = make('canvas', 'axis');
  scale.setAttribute('aria-hidden', 'true');
  const rows = job.strategies.map((s) => timelineRow(s, job, view, tip));
  const top = make('div', 'row');
  top.append(make('span'), scale);
  timelines.append(tools(view), top, ...rows.map((r) => r.row), spoken);
  view.drawn(() => axis(view, scale));
  let chart = null;
  const place = make('div', 'plot');
  place.setAttribute('aria-hidden', 'true'); // the table says it
  const lines = make('div', 'lines');
  lines.append(legend(job, () => chart), place);
  inFlight.append(lines);
  chart = new InFlight(job, view, place);
  new ResizeObserver(() => view.redraw()).observe(timelines);
  view.redraw();
  return view;
}

async function start() {
  const data = await read(document.getElementById('data'));
  const views = data.jobs.map((job, i) => {
    const section = document.getElementById(`job-${i + 1}`);
    return job.strategies.length > 0 ? drawJob(section, job, data.outcomes) : null;
  }).filter((view) => view !== null);
  const scalings = data.jobs.flatMap((job, i) => {
    if (job.scaling.length === 0) return [];
    const place = document.querySelector(`#job-${i + 1} .scaling`);
    place.hidden = false;
    return [drawScaling(place, job.scaling)];
  });
  const redraw = () => {
    views.forEach((view) => view.redraw());
    scalings.forEach((draw) => draw());
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
  // What is printed is in ink on paper.
  const paper = (scheme) => () => {
    document.documentElement.style.colorScheme = scheme;
    views.forEach((view) => view.drawers.forEach((draw) => draw()));
    scalings.forEach((draw) => draw());
  };
  addEventListener('beforeprint', paper('light'));
  addEventListener('afterprint', paper(''));
  document.documentElement.dataset.drawn = 'yes';
}

for (const copy of document.querySelectorAll('button.copy')) {
  copy.hidden = false;
  copy.addEventListener('click', async () => {
    const code = copy.previousElementSibling;
    getSelection().selectAllChildren(code);
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      document.execCommand('copy'); // where the page is a file, in some browsers
    }
    copy.textContent = 'Copied';
    setTimeout(() => { copy.textContent = 'Copy'; }, 2000);
  });
}

start();
