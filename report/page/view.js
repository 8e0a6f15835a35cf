// The part of the time axis that the pictures of a job show, in seconds since the start of the runs.
class View {
  constructor(seconds) {
    this.seconds = seconds;
    this.from = 0;
    this.to = seconds;
    this.drawers = [];
    this.waits = false;
  }

  // drawn has a function called whenever there is something else to show, at most once a frame.
  drawn(draw) {
    this.drawers.push(draw);
  }

  redraw() {
    if (this.waits) return;
    this.waits = true;
    requestAnimationFrame(() => {
      this.waits = false;
      for (const draw of this.drawers) draw();
    });
  }

  show(from, to) {
    const width = Math.min(this.seconds, Math.max(to - from, this.seconds / 1e6));
    this.from = Math.max(0, Math.min(from, this.seconds - width));
    this.to = this.from + width;
    this.redraw();
  }

  zoom(factor, around = (this.from + this.to) / 2) {
    this.show(around - (around - this.from) * factor, around + (this.to - around) * factor);
  }

  pan(share) {
    const by = (this.to - this.from) * share;
    this.show(this.from + by, this.to + by);
  }

  all() {
    this.show(0, this.seconds);
  }

  get isAll() {
    return this.from === 0 && this.to === this.seconds;
  }
}
