function rateText(rate) {
  if (rate >= 100) return Math.round(rate).toLocaleString('en');
  return rate === 0 || rate >= 0.05 ? rate.toFixed(1) : digits(rate);
}

function bytesText(bytes) {
  if (bytes === 0) return 'unknown';
  return bytes >= 1 << 30 ? (bytes / (1 << 30)).toFixed(1) + ' GiB' : Math.round(bytes / (1 << 20)) + ' MiB';
}

// showFigures shows where the job stands.
function showFigures(e) {
  const known = e.total >= 0, share = known && e.total > 0 ? e.done / e.total : 0, number = (n) => n.toLocaleString('en');
  const bar = byID('bar');
  if (known || e.over) bar.value = e.over && !known ? 1 : share;
  else bar.removeAttribute('value');
  put('share', known ? Math.floor(100 * share) + ' %' : '');
  put('done', number(e.done));
  put('failed', number(e.failed));
  byID('failed').className = e.failed > 0 ? 'bad' : '';
  put('todo', known ? number(Math.max(0, e.total - e.done)) : 'unknown');
  put('in-flight', e.inFlight > 0 && e.inFlight < 10 ? e.inFlight.toFixed(1) : number(Math.round(e.inFlight)));
  if (e.queued > 0) byID('queued-tile').hidden = false; // and it stays, so that the others stay where they are
  put('queued', number(e.over ? 0 : e.queued || 0));
  put('rate', rateText(e.rate));
  put('elapsed', clockText(e.at));
  put('left', e.over ? 'over' : e.left >= 0 ? clockText(e.left) : 'unknown');
  ['p50', 'p90', 'p99'].forEach((id, i) => put(id, e.times[3] > 0 ? secondsText(e.times[i]) : 'none lately'));
  put('sample', e.every > 1 ? `one of ${number(e.every)} calls is drawn` : '');
}

function showAuto(auto) {
  byID('auto').hidden = byID('allowed').hidden = !auto;
  if (!auto) return;
  const bound = auto.bound ? `kept from more by ${auto.bound}` : 'more may follow';
  put('level', `${countText(auto.level, 'call', 'calls')} at once, ${bound}; at most there were ${auto.peak}`);
  byID('found').hidden = !auto.found;
  put('found', auto.found);
  const last = (auto.steps || []).map((s) => s.at).join();
  if (last === showAuto.last) return;
  showAuto.last = last;
  fillTable('steps', (auto.steps || []).map((s) => [
    [secondsText(s.at), 'right'], [String(s.from), 'right'], [String(s.to), 'right'], [s.why, 'wrap'],
  ]));
}

function showFailures(groups) {
  byID('no-failures').hidden = groups.length > 0;
  byID('failures-scroll').hidden = groups.length === 0;
  fillTable('failures', groups.map((g) => [
    [g.calls.toLocaleString('en'), 'right'], [g.reason, 'wrap'], [g.example, 'wrap'],
  ]));
}

// showWorkers shows this command and its workers, with their calls where these are counted.
function showWorkers(rows, more) {
  const counted = rows.some((w) => w.calls);
  put('workers-title', counted ? 'Workers' : 'Processes');
  byID('workers').classList.toggle('counted', counted);
  fillTable('workers', rows.map((w) => [
    [w.name || 'worker', 'wrap'],
    [w.calls ? w.calls.runs : '', 'wrap calls'],
    [w.calls ? rateText(w.calls.rate) : '', 'right calls'],
    [w.calls ? w.calls.made.toLocaleString('en') : '', 'right calls'],
    [w.pid > 0 ? String(w.pid) : '', 'right'], [w.pid > 0 ? bytesText(w.memory) : '', 'right'],
  ]));
  byID('more').hidden = !more;
  put('more', more ? `and ${countText(more, 'more', 'more')}` : '');
}
