// Grains as points that the graphics card draws as shaded discs; positions are two snapshots of
// whole numbers, between which the card goes on a straight line.

import * as THREE from "three";

const VERTEX = `
attribute vec3 next;
attribute float radius;
uniform vec3 origin;
uniform vec2 period;
uniform float step, mixing, pixels;
varying vec3 shade;
void main() {
  vec3 way = step * (next - position);
  // a grain that was moved to another periodic image does not fly across the bed
  float stays = float(all(lessThan(abs(way.xy), 0.5 * period)));
  vec4 eye = modelViewMatrix * vec4(origin + step * position + stays * mixing * way, 1.0);
  gl_Position = projectionMatrix * eye;
  gl_PointSize = max(1.5, 2.0 * radius * pixels / -eye.z);
  shade = color;
}`;
const FRAGMENT = `
varying vec3 shade;
void main() {
  vec2 at = 2.0 * gl_PointCoord - 1.0;
  float square = dot(at, at);
  if (square > 1.0) discard;
  vec3 normal = vec3(at.x, -at.y, sqrt(1.0 - square));
  float light = 0.45 + 0.6 * max(0.0, dot(normal, vec3(0.30, 0.62, 0.72)));
  gl_FragColor = vec4(shade * light, 1.0);
}`;
const COLLECTED = [213, 94, 0], LEFT = [196, 186, 168];
const JUMP_FREE = 1e9; // [m] period of a bed without periodic sides

export class Grains {
  constructor(scene, data) {
    this.scene = scene;
    this.data = data;
    this.mode = "collected";
    const count = scene.grains, geometry = new THREE.BufferGeometry();
    const attribute = (array, size, normalized = false) => {
      const made = new THREE.BufferAttribute(array, size, normalized);
      made.setUsage(THREE.DynamicDrawUsage);
      return made;
    };
    this.here = attribute(new Int16Array(3 * count), 3);
    this.next = attribute(new Int16Array(3 * count), 3);
    this.colour = attribute(new Uint8Array(3 * count), 3, true);
    geometry.setAttribute("position", this.here);
    geometry.setAttribute("next", this.next);
    geometry.setAttribute("color", this.colour);
    geometry.setAttribute("radius", new THREE.BufferAttribute(data.radius, 1));
    const period = scene.period ?? [JUMP_FREE, JUMP_FREE];
    this.uniforms = {
      origin: { value: new THREE.Vector3(...scene.origin) }, step: { value: scene.step },
      period: { value: new THREE.Vector2(...period) }, mixing: { value: 0 }, pixels: { value: 1 },
    };
    this.points = new THREE.Points(geometry, new THREE.ShaderMaterial({
      uniforms: this.uniforms, vertexShader: VERTEX, fragmentShader: FRAGMENT, vertexColors: true,
    }));
    this.points.frustumCulled = false;
    this.frame = -1;
  }

  show(frame, mixing) {
    this.uniforms.mixing.value = mixing;
    if (frame === this.frame) return;
    const size = 3 * this.scene.grains, last = this.scene.frames - 1;
    const after = Math.min(frame + 1, last), { position } = this.data;
    this.here.array.set(position.subarray(frame * size, (frame + 1) * size));
    this.next.array.set(position.subarray(after * size, (after + 1) * size));
    this.here.needsUpdate = this.next.needsUpdate = true;
    this.frame = frame;
    this.paint();
  }

  colourBy(mode) {
    this.mode = mode;
    this.paint();
  }

  paint() {
    const { grains, scales } = this.scene, { collected, palette } = this.data;
    const colours = this.colour.array;
    if (this.mode === "collected") {
      for (let i = 0; i < grains; i++) colours.set(collected[i] ? COLLECTED : LEFT, 3 * i);
    } else {
      const [low, high] = scales[this.mode], values = this.values();
      for (let i = 0; i < grains; i++) {
        let share = Math.min(1, Math.max(0, (values[i] - low) / (high - low)));
        if (this.mode !== "height") share = Math.sqrt(share); // slow grains are told apart, too
        const at = 3 * Math.round(255 * share);
        for (let k = 0; k < 3; k++) colours[3 * i + k] = palette[at + k];
      }
    }
    this.colour.needsUpdate = true;
  }

  // What the grains are coloured by, in SI, at the snapshot shown.
  values() {
    const { grains, origin, step, speed_step: unit } = this.scene, { data, frame, mode } = this;
    const found = new Float32Array(grains);
    if (mode === "force") return this.forces(found);
    for (let i = 0; i < grains; i++) {
      found[i] = mode === "speed" ? unit * data.speed[frame * grains + i]
        : origin[2] + step * data.position[3 * (frame * grains + i) + 2];
    }
    return found;
  }

  // Mass times mean acceleration over the intervals before and after: `measures.net_force`.
  forces(found) {
    const { grains, frames, step, density, period } = this.scene, { data, frame } = this;
    if (frame < 1 || frame > frames - 2) return found;
    const { position, frame_time: time, radius } = data, size = 3 * grains;
    const before = time[frame] - time[frame - 1], after = time[frame + 1] - time[frame];
    const noise = 2 * step * (1 / after + 1 / before) / (before + after) * Math.sqrt(3);
    const half = period ? period.map((p) => 0.5 * p) : [JUMP_FREE, JUMP_FREE];
    for (let i = 0; i < grains; i++) {
      let square = 0, told = true;
      for (let k = 0; k < 3; k++) {
        const at = frame * size + 3 * i + k;
        const one = step * (position[at] - position[at - size]);
        const two = step * (position[at + size] - position[at]);
        if (k < 2 && Math.max(Math.abs(one), Math.abs(two)) >= half[k]) told = false;
        square += (2 * (two / after - one / before) / (before + after)) ** 2;
      }
      const rate = Math.sqrt(square);
      if (told && rate > noise) found[i] = density * 4 / 3 * Math.PI * radius[i] ** 3 * rate;
    }
    return found;
  }
}
