// timesTable is a table of how long runs took, a row for each of some rows of a job: a bar as long as the median, and a
// dot a run. current is the row that is measured.
function timesTable(rows, job, current) {
  const table = make('table', 'times');
  const head = make('tr');
  for (const [text, className] of [['Strategy', ''], ['Times of the runs', 'bar'], ['Median', 'right'],
    ['To the fastest', 'right wide'], ['Fastest .. slowest', 'right wide'], ['Runs', 'right']]) {
    const cell = make('th', className, text);
    cell.scope = 'col';
    head.append(cell);
  }
  table.append(make('thead'), make('tbody'));
  table.tHead.append(head);
  const measured = rows.filter((r) => r.runs > 0);
  const longest = Math.max(...measured.map((r) => r.high)), least = Math.min(...measured.map((r) => r.median));
  table.tBodies[0].append(...rows.map((r) => timesRow(r, job, r === current, longest, least)));
  return table;
}

// nameOf is what a row is called.
function nameOf(r) {
  return r.atOnce > 0 ? `${r.strategy}, ${r.atOnce} at once` : r.strategy;
}

function timesRow(r, job, isCurrent, longest, least) {
  const hue = `s${job.rows.findIndex((first) => first.strategy === r.strategy) % 9}`;
  const row = make('tr', isCurrent ? `current ${hue}` : hue);
  const name = make('th');
  name.scope = 'row';
  name.append(make('bdi', '', nameOf(r)));
  const said = r.error || (r.failed > 0 ? `${r.failed.toLocaleString('en')} of ${countText(r.calls, 'call', 'calls')} failed` : '');
  row.append(name, timesBar(r, longest));
  const cells = r.runs > 0
    ? [[secondsText(r.median), 'right'], [least > 0 ? digits(r.median / least) + 'x' : '', 'right wide beside'],
      [`${secondsText(r.low)} .. ${secondsText(r.high)}`, 'right wide beside'], [r.runs.toLocaleString('en'), 'right']]
    : [[r.error ? 'none' : job.verdict ? 'not run' : 'not yet', 'right nothing'], ['', 'wide'], ['', 'wide'], ['0', 'right nothing']];
  row.append(...cells.map(([text, className]) => make('td', className, text)));
  if (said) name.append(make('bdi', 'said', said));
  return row;
}

// timesBar draws the times, on an axis that begins at 0 and is the same for all rows.
function timesBar(r, longest) {
  const cell = make('td', 'bar'), track = make('div', 'track');
  cell.append(track);
  track.setAttribute('aria-hidden', 'true'); // the figures stand beside it
  if (r.runs === 0 || !(longest > 0)) return cell;
  const at = (seconds) => `${98 * seconds / longest}%`; // the longest leaves room for its dot
  const median = make('i', 'median');
  median.style.width = at(r.median);
  track.append(median, ...r.times.map((seconds) => {
    const dot = make('i', 'run');
    dot.style.left = at(seconds);
    return dot;
  }));
  return cell;
}
