// The calls of the last seconds, a row a slot, drawn on a canvas.
class Rows {
  constructor(canvas, axis, told) {
    Object.assign(this, { canvas, axis, told });
    this.clear();
    canvas.addEventListener('pointermove', (e) => this.point(e.offsetX, e.offsetY));
    canvas.addEventListener('pointerleave', () => this.select(null));
    canvas.addEventListener('blur', () => this.select(null));
    canvas.addEventListener('keydown', (e) => this.key(e));
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  clear() {
    this.spans = [];
    this.running = [];
    this.lanes = 1;
    this.now = 0;
    this.keeps = 30;
    this.selected = null;
  }

  // take takes what an event has of calls.
  take(e) {
    this.lanes = Math.max(1, e.lanes);
    this.now = e.at;
    for (const [lane, lanes, start, end, calls, failed, share, index] of e.spans || []) {
      this.spans.push({ lane, lanes, start: start / 1e6, end: end / 1e6, calls, failed, share, index });
    }
    const from = this.now - this.keeps;
    if (this.spans.length > 0 && this.spans[0].end < from) this.spans = this.spans.filter((s) => s.end >= from);
    this.running = (e.running || []).map(([lane, start, index]) => ({
      lane, lanes: 1, start: start / 1e6, end: Math.max(e.at, start / 1e6), calls: 1, failed: 0, share: 100, index, runs: true,
    }));
    if (this.selected && this.selected.runs) {
      const { index } = this.selected;
      this.select(this.all().find((s) => s.index === index) || { ...this.selected, runs: false });
    }
  }

  // from is where the time axis begins.
  get from() {
    return Math.max(0, this.now - this.keeps);
  }

  draw() {
    const { canvas } = this, width = canvas.clientWidth, height = canvas.clientHeight;
    if (width === 0) return;
    const at = sized(canvas, width, height);
    at.fillStyle = colour('--lane');
    at.fillRect(0, 0, width, height);
    const scale = width / this.keeps, x = (t) => (t - this.from) * scale, tall = height / this.lanes;
    if (tall >= 6) {
      at.fillStyle = colour('--card');
      for (let lane = 1; lane < this.lanes; lane++) at.fillRect(0, Math.round(lane * tall) - 0.5, width, 1);
    }
    const shades = [colour('--s0'), colour('--s0-2')], bad = colour('--bad');
    for (const s of this.spans) {
      const left = x(s.start), right = x(s.end), gap = right - left >= 4 ? 1 : 0;
      if (right < 0) continue;
      const top = s.lane * tall, high = Math.max(1, s.lanes * tall - (tall >= 6 ? 1 : 0));
      at.globalAlpha = s.index < 0 || right - left < 1 ? Math.max(0.25, s.share / 100) : 1;
      at.fillStyle = s.index >= 0 && s.failed > 0 ? bad : shades[s.index < 0 ? 0 : s.index % 2];
      const wide = Math.max(1, right - left - gap);
      at.fillRect(left, top, wide, high);
      at.globalAlpha = 1;
      if (s.index >= 0 && s.failed > 0) hatch(at, left, top, wide, high);
      if (s.index < 0 && s.failed > 0) {
        at.fillStyle = bad;
        at.fillRect(left, top + high - Math.min(3, high), Math.max(1, wide * s.failed / s.calls), Math.min(3, high));
      }
    }
    at.lineWidth = 2;
    for (const s of this.running) {
      const left = Math.max(-4, x(s.start)), top = s.lane * tall, high = Math.max(1, tall - 1);
      const wide = Math.max(2, x(s.end) - left);
      at.globalAlpha = 0.25;
      at.fillStyle = colour('--s2');
      at.fillRect(left, top, wide, high);
      at.globalAlpha = 1;
      at.strokeStyle = colour('--s2');
      if (high >= 5) at.strokeRect(left + 1, top + 1, Math.max(1, wide - 2), high - 2);
    }
    if (this.selected) {
      const s = this.selected, left = x(s.start);
      at.strokeStyle = colour('--ink');
      at.strokeRect(left - 1, s.lane * tall, Math.max(3, x(s.end) - left) + 2, Math.max(4, tall * s.lanes));
    }
    this.drawAxis(width, x);
  }

  drawAxis(width, x) {
    const at = sized(this.axis, width, this.axis.clientHeight);
    at.font = '12px system-ui, sans-serif';
    at.textBaseline = 'top';
    at.fillStyle = colour('--muted');
    const to = this.from + this.keeps, { all, step } = ticks(this.from, to, width / 100);
    for (const t of all) {
      const text = clockText(t), half = at.measureText(text).width / 2;
      if (step < 1) continue;
      at.fillText(text, Math.max(0, Math.min(width - 2 * half, x(t) - half)), 4);
    }
  }

  // point says what is under the pointer.
  point(px, py) {
    const each = this.keeps / this.canvas.clientWidth, at = this.from + px * each;
    const lane = Math.floor(py / this.canvas.clientHeight * this.lanes);
    const near = this.all().filter((s) => s.lane <= lane && lane < s.lane + s.lanes &&
      s.start - 2 * each <= at && at <= s.end + 2 * each);
    near.sort((a, b) => Math.abs(a.start + a.end - 2 * at) - Math.abs(b.start + b.end - 2 * at));
    this.select(near[0] || null);
  }

  all() {
    return [...this.spans, ...this.running];
  }

  key(e) {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
    const singles = this.all().filter((s) => s.index >= 0).sort((a, b) => a.start - b.start || a.lane - b.lane);
    if (e.key === 'Escape') this.select(null);
    else if (e.key === 'Home') this.select(singles[0] || null);
    else if (e.key === 'End') this.select(singles.at(-1) || null);
    else if (step) {
      const s = this.selected;
      const at = s ? singles.findIndex((o) => o.index === s.index && o.start === s.start) : -1;
      this.select(singles[at < 0 ? singles.length - 1 : Math.max(0, Math.min(singles.length - 1, at + step))] || null);
    } else return;
    e.preventDefault();
  }

  select(span) {
    if (span === this.selected) return;
    this.selected = span;
    this.told.textContent = span ? this.says(span) : '';
    this.draw();
  }

  says(s) {
    if (s.index < 0) {
      const failed = s.failed > 0 ? `, ${countText(s.failed, 'of them failed', 'of them failed')}` : '';
      const slots = s.lanes > 1 ? `slots ${s.lane} to ${s.lane + s.lanes - 1}` : `slot ${s.lane}`;
      return `About ${countText(s.calls, 'call', 'calls')} drawn as one${failed}: ${slots}, from ${clockText(s.start, 2)}, ` +
        `for ${secondsText(s.end - s.start)}, busy ${s.share} % of it`;
    }
    const state = s.runs ? 'has run for' : s.failed > 0 ? 'failed after' : 'took';
    return `Call ${s.index.toLocaleString('en')} ${state} ${secondsText(s.end - s.start)}: slot ${s.lane}, ` +
      `from ${clockText(s.start, 2)}`;
  }
}

// sized is a canvas's context, for drawing in pixels of the page.
function sized(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1, w = Math.round(width * ratio), h = Math.round(height * ratio);
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const at = canvas.getContext('2d');
  at.setTransform(ratio, 0, 0, ratio, 0, 0);
  at.clearRect(0, 0, width, height);
  return at;
}

// hatch marks what failed, for those who do not tell its colour.
function hatch(at, left, top, wide, tall) {
  if (wide < 3 || tall < 3) return;
  at.save();
  at.beginPath();
  at.rect(left, top, wide, tall);
  at.clip();
  at.strokeStyle = colour('--card');
  at.lineWidth = 1;
  at.beginPath();
  for (let from = left - tall; from < left + wide; from += 5) {
    at.moveTo(from, top + tall);
    at.lineTo(from + tall, top);
  }
  at.stroke();
  at.restore();
}
