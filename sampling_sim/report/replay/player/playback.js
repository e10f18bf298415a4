// The clock: where a replay is, and what is told of it.

export class Playback {
  constructor(times, end, tell) {
    this.times = times;
    this.end = end;
    this.tell = tell;
    this.speed = 1;
    this.time = times[0];
    this.isPlaying = false;
  }

  // Last snapshot at or before a time, and how far the time is on the way to the next.
  place(time) {
    let low = 0, high = this.times.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.times[middle] <= time + 1e-9) low = middle;
      else high = middle - 1;
    }
    const gap = this.times[low + 1] - this.times[low];
    return { frame: low, mixing: gap > 0 ? Math.min(1, Math.max(0, (time - this.times[low]) / gap)) : 0 };
  }

  go(time) {
    this.time = Math.min(this.end, Math.max(this.times[0], time));
    this.tell(this);
  }

  toggle() {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  play() {
    if (this.time >= this.end) this.time = this.times[0];
    this.isPlaying = true;
    this.before = undefined;
    this.tell(this);
    cancelAnimationFrame(this.asked); // of a pause just before: two would draw everything twice
    this.asked = requestAnimationFrame((now) => this.tick(now));
  }

  pause() {
    this.isPlaying = false;
    this.tell(this);
  }

  tick(now) {
    if (!this.isPlaying) return;
    const passed = this.before === undefined ? 0 : (now - this.before) / 1000;
    this.before = now;
    if (this.time + this.speed * passed >= this.end) this.isPlaying = false;
    this.go(this.time + this.speed * passed);
    this.tick_seen?.(now);
    if (this.isPlaying) this.asked = requestAnimationFrame((later) => this.tick(later));
  }
}
