// The calls of one strategy on the time axis: a row a lane, drawn on a canvas.
class Timeline {
  constructor(strategy, job, view, canvas, tip) {
    Object.assign(this, { strategy, job, view, canvas, tip });
    this.selected = -1;
    this.singles = [];
    const shades = new Map();
    strategy.spans.forEach((span, i) => {
      if (span.attempts > 1) return;
      this.singles.push(i);
      span.shade = shades.get(span.lane) || 0;
      shades.set(span.lane, 1 - span.shade);
    });
    view.drawn(() => this.draw());
    this.listen();
  }

  // height is what the lanes take, all of them from the start.
  static height(lanes) {
    return Math.max(18, Math.min(128, lanes * 14));
  }

  draw() {
    const { canvas, view, strategy } = this;
    const width = canvas.clientWidth, height = canvas.clientHeight, ratio = window.devicePixelRatio || 1;
    if (width === 0) return;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const at = canvas.getContext('2d');
    at.scale(ratio, ratio);
    const scale = width / (view.to - view.from), x = (seconds) => (seconds - view.from) * scale;
    const laneHeight = height / strategy.lanes;

    at.fillStyle = colour('--lane');
    at.fillRect(0, 0, Math.max(0, Math.min(width, x(strategy.seconds))), height);
    if (laneHeight >= 6) {
      at.fillStyle = colour('--card');
      for (let lane = 1; lane < strategy.lanes; lane++) at.fillRect(0, Math.round(lane * laneHeight) - 0.5, width, 1);
    }
    const shades = [colour(strategy.colour), colour(strategy.colour + '-2')], bad = colour('--bad');
    const thin = new Thin(width, Math.min(strategy.lanes, Math.round(height)));
    for (const span of strategy.spans) {
      const from = x(span.start), to = x(span.end);
      if (to < 0 || from > width) continue;
      const lanes = this.lanesOf(span);
      if (to - from < 1.5) {
        thin.add(span, from, to, strategy.lanes, lanes);
        continue;
      }
      const gap = to - from >= 4 ? 1 : 0;
      const rowGap = laneHeight * lanes >= 6 ? 1 : 0;
      at.globalAlpha = span.attempts > 1 ? Math.max(0.15, span.share) : 1;
      at.fillStyle = span.failed > 0 && span.attempts === 1 ? bad : shades[span.shade || 0];
      const top = span.lane * laneHeight, tall = Math.max(1, laneHeight * lanes - rowGap);
      const left = Math.max(-2, from), wide = Math.min(width + 2, to - gap) - left;
      at.fillRect(left, top, wide, tall);
      if (span.failed > 0 && span.attempts === 1) this.cross(at, left, top, wide, tall);
      if (span.failed > 0 && span.attempts > 1) {
        at.globalAlpha = 1;
        at.fillStyle = bad;
        at.fillRect(left, top + tall - 2, Math.max(1, wide * span.failed / span.attempts), 2);
      }
      at.globalAlpha = 1;
    }
    thin.draw(at, height, shades[0], bad);
    this.drawEnd(at, x(strategy.seconds), width, height);
    this.drawSelected(at, x, laneHeight);
  }

  // cross hatches what failed, for those who do not tell its colour.
  cross(at, left, top, wide, tall) {
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

  drawEnd(at, end, width, height) {
    if (end < 0 || end > width + 1) return;
    at.fillStyle = colour('--ink');
    at.fillRect(Math.min(end, width - 1), 0, 1, height);
  }

  drawSelected(at, x, laneHeight) {
    const span = this.strategy.spans[this.selected];
    if (!span) return;
    const from = x(span.start), wide = Math.max(3, x(span.end) - from);
    at.strokeStyle = colour('--ink');
    at.lineWidth = 2;
    at.strokeRect(from - 1, span.lane * laneHeight, wide + 2, Math.max(4, laneHeight * this.lanesOf(span)));
  }

  lanesOf(span) {
    return span.attempts > 1 ? Math.min(this.strategy.band, this.strategy.lanes - span.lane) : 1;
  }

  // find is what lies under a point: the spans that touch its pixel, single ones first and the longest of these first.
  find(px, py) {
    const { view, canvas, strategy } = this;
    const each = (view.to - view.from) / canvas.clientWidth, at = view.from + px * each, near = 1.5 * each;
    const lanes = strategy.lanes / canvas.clientHeight; // that a row of pixels stands for
    const first = Math.floor(py) * lanes, last = first + lanes;
    const found = [];
    strategy.spans.forEach((span, i) => {
      if (span.lane >= last || span.lane + this.lanesOf(span) <= first) return;
      if (at >= span.start - near && at <= span.end + near) found.push(i);
    });
    const inside = found.filter((i) => at >= strategy.spans[i].start && at < strategy.spans[i].end);
    const length = (i) => strategy.spans[i].end - strategy.spans[i].start;
    return (inside.length > 0 && each < 0.2 * Math.max(...inside.map(length)) ? inside : found)
      .sort((a, b) => strategy.spans[a].attempts - strategy.spans[b].attempts || length(b) - length(a));
  }

  // lines say what spans are, that of the first in full.
  lines(found) {
    const span = this.strategy.spans[found[0]];
    const when = `${secondsText(span.start)} to ${secondsText(span.end)}`;
    const took = secondsText(span.end - span.start);
    const others = found.slice(1).reduce((sum, i) => sum + this.strategy.spans[i].attempts, 0);
    const more = others > 0 ? [`and ${countText(others, 'more attempt', 'more attempts')} under this point`] : [];
    if (span.attempts > 1) {
      const failed = span.failed > 0 ? `, ${span.failed.toLocaleString('en')} of them ${span.outcome}` : '';
      return [`${countText(span.attempts, 'attempt', 'attempts')}, drawn as one${failed}`,
        `${when}, busy ${(span.share * 100).toFixed(0)} % of it`, ...more];
    }
    const input = this.job.inputs[span.index];
    return [`call ${span.index.toLocaleString('en')}: ${span.outcome}, ${took}`,
      ...(input === undefined ? [] : [input]), when, ...more];
  }

  listen() {
    const { canvas, view } = this;
    let dragged = null;
    canvas.addEventListener('pointermove', (e) => {
      if (dragged !== null) return this.tip.drag(canvas, dragged, e.offsetX);
      const found = this.find(e.offsetX, e.offsetY);
      if (found.length > 0) this.tip.show(this.lines(found), e.clientX, e.clientY);
      else this.tip.hide();
    });
    canvas.addEventListener('pointerleave', () => this.tip.hide());
    canvas.addEventListener('pointerdown', (e) => {
      if (e.button !== 0 || e.pointerType === 'touch') return;
      dragged = e.offsetX;
      canvas.setPointerCapture(e.pointerId);
      this.tip.hide();
    });
    canvas.addEventListener('pointerup', (e) => {
      if (dragged === null) return;
      const from = Math.min(dragged, e.offsetX), to = Math.max(dragged, e.offsetX);
      const moved = to - from, each = (view.to - view.from) / canvas.clientWidth;
      dragged = null;
      this.tip.drag();
      if (moved > 4) return view.show(view.from + from * each, view.from + to * each);
      const [hit] = this.find(e.offsetX, e.offsetY);
      this.select(hit === undefined ? -1 : hit);
    });
    canvas.addEventListener('pointercancel', () => {
      dragged = null;
      this.tip.drag();
    });
    canvas.addEventListener('dblclick', () => view.all());
    canvas.addEventListener('wheel', (e) => {
      if (!e.ctrlKey && !e.metaKey) return; // which would keep the page from scrolling
      e.preventDefault();
      view.zoom(e.deltaY > 0 ? 1.25 : 0.8, view.from + e.offsetX / canvas.clientWidth * (view.to - view.from));
    }, { passive: false });
    canvas.addEventListener('keydown', (e) => this.key(e));
    canvas.addEventListener('blur', () => this.select(-1));
  }

  key(e) {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const keys = {
      ArrowRight: () => this.step(1), ArrowLeft: () => this.step(-1),
      Home: () => this.select(this.singles[0]), End: () => this.select(this.singles.at(-1)),
      PageDown: () => this.view.pan(0.5), PageUp: () => this.view.pan(-0.5),
      '+': () => this.zoomToSelected(0.5), '=': () => this.zoomToSelected(0.5), '-': () => this.zoomToSelected(2),
      0: () => this.view.all(), Escape: () => this.select(-1),
    };
    if (!keys[e.key]) return;
    e.preventDefault();
    keys[e.key]();
  }

  zoomToSelected(factor) {
    const span = this.strategy.spans[this.selected];
    this.view.zoom(factor, span ? (span.start + span.end) / 2 : undefined);
  }

  // step selects the next span that is one call.
  step(by) {
    const at = this.singles.indexOf(this.selected);
    if (at < 0) return this.select(this.singles.find((i) => this.strategy.spans[i].end >= this.view.from));
    this.select(this.singles[Math.max(0, Math.min(this.singles.length - 1, at + by))]);
  }

  select(i = -1) {
    if (i === this.selected) return;
    this.selected = i;
    const span = this.strategy.spans[i];
    if (span && (span.end < this.view.from || span.start > this.view.to)) {
      const half = (this.view.to - this.view.from) / 2;
      this.view.show(span.start - half, span.start + half);
    }
    this.tip.tell(span ? this.lines([i]) : [], this.strategy.name);
    this.view.redraw();
  }
}

// Thin gathers spans that are thinner than pixels: how much of each pixel they take is how strong it is drawn.
class Thin {
  constructor(width, rows) {
    this.width = Math.ceil(width) + 1;
    this.rows = rows;
    this.taken = new Float32Array(this.width * rows);
    this.failed = new Uint8Array(this.width * rows);
  }

  add(span, from, to, lanes, band) {
    const share = span.attempts > 1 ? span.share : 1;
    const first = Math.floor(span.lane / lanes * this.rows);
    const last = Math.max(first + 1, Math.floor((span.lane + band) / lanes * this.rows));
    const weight = share * Math.min(1, this.rows / lanes * band / (last - first));
    for (let px = Math.max(0, Math.floor(from)); px <= Math.min(this.width - 1, Math.floor(to)); px++) {
      const part = Math.max(0.02, Math.min(to, px + 1) - Math.max(from, px)) * weight;
      for (let row = first; row < last && row < this.rows; row++) {
        this.taken[row * this.width + px] += part;
        if (span.failed > 0) this.failed[row * this.width + px] = 1;
      }
    }
  }

  draw(at, height, shade, bad) {
    const tall = height / this.rows, gap = tall >= 6 ? 1 : 0;
    for (let i = 0; i < this.taken.length; i++) {
      if (this.taken[i] === 0) continue;
      at.globalAlpha = Math.max(0.2, Math.min(1, this.taken[i]));
      at.fillStyle = this.failed[i] ? bad : shade;
      at.fillRect(i % this.width, Math.floor(i / this.width) * tall, 1, tall - gap);
    }
    at.globalAlpha = 1;
  }
}
