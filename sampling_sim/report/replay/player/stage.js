// The picture: camera, views, and one drawing of grains and craft at a time between snapshots.

import * as THREE from "three";
import { OrbitControls } from "three/orbit";
import { bedOf, Craft } from "replay/craft";
import { Grains } from "replay/grains";

const ANGLE = 40; // degrees that the picture is high
const ROOM = 1.25; // of what a view must hold
const WIDE = 0.7; // of the craft's radius: wings fill the width, which is more than the height
const SLOW = 20, LOOKED_AT = 30; // frames a second below which it is slow, and over how many frames
const RATIOS = [1, 0.7]; // pixels drawn over pixels shown, where it is slow
const DIRECTIONS = {
  side: [0, -1, 0.12], front: [1, 0, 0.12], top: [0, -0.001, 1], free: [0.62, -0.75, 0.42],
  whole: [0.62, -0.75, 0.2],
};

export class Stage {
  constructor(canvas, scene, data) {
    this.scene = scene;
    // three.js asks for a context with alpha, which the browser then blends into the page
    const context = canvas.getContext("webgl2", { alpha: false, antialias: false, stencil: false });
    if (!context) throw new Error("no WebGL 2");
    this.renderer = new THREE.WebGLRenderer({ canvas, context });
    this.ratio = Math.min(window.devicePixelRatio, 2);
    this.camera = new THREE.PerspectiveCamera(ANGLE, 1, 0.01, 200);
    this.camera.up.set(0, 0, 1);
    this.controls = new OrbitControls(this.camera, canvas);
    this.controls.addEventListener("start", () => this.release());
    this.controls.addEventListener("change", () => this.draw());
    this.grains = new Grains(scene, data);
    this.craft = new Craft(scene, data);
    this.world = new THREE.Scene();
    this.world.background = new THREE.Color("#eef0f2");
    const sun = new THREE.DirectionalLight("#ffffff", 1.6);
    sun.position.set(2, -3, 5);
    this.world.add(new THREE.HemisphereLight("#ffffff", "#777777", 1.6), sun);
    this.world.add(bedOf(scene.bed, scene.near), this.grains.points, this.craft.whole);
    this.drawn = 0;
    this.times = [];
    this.onView = () => {};
    this.view = "";
    new ResizeObserver(() => this.resize()).observe(canvas.parentElement);
    this.show(0, 0);
    this.resize();
    this.look("free");
  }

  show(frame, mixing) {
    this.frame = frame;
    this.grains.show(frame, mixing);
    this.craft.show(frame, mixing, this.scene.frames);
    if (this.view === "head") this.ride();
    this.draw();
  }

  colourBy(mode) {
    this.grains.colourBy(mode);
    this.draw();
  }

  craftLooks(kind) {
    this.craft.look(kind);
    this.draw();
  }

  // One of the views by name; "head" rides with the head and looks along its axis.
  look(view) {
    this.view = view;
    this.camera.near = 0.01;
    this.camera.up.set(0, 0, 1);
    if (view === "head") {
      this.ride();
      this.draw();
      return;
    }
    const whole = view === "whole";
    const [bus, head] = [0, this.scene.head].map((link) => this.craft.links[link].position);
    const target = new THREE.Vector3(0, 0, 0.2 * this.scene.near);
    if (whole) target.lerpVectors(bus, head, 0.4);
    const way = new THREE.Vector3(...DIRECTIONS[view]).normalize();
    const radius = whole ? WIDE * this.scene.far : this.scene.near, far = this.distance(radius);
    this.controls.target.copy(target);
    this.camera.position.copy(target).addScaledVector(way, far);
    if (view === "top") this.camera.near = Math.max(0.01, far - ROOM * radius); // bus and wings are above
    this.camera.updateProjectionMatrix();
    this.controls.update();
    this.draw();
  }

  distance(radius) {
    const half = Math.tan(THREE.MathUtils.degToRad(ANGLE / 2));
    return ROOM * radius / half / Math.min(1, this.camera.aspect);
  }

  ride() {
    const head = this.craft.links[this.scene.head], far = this.distance(this.scene.near);
    const axis = new THREE.Vector3(0, 0, 1).applyQuaternion(head.quaternion);
    this.camera.up.set(0, 1, 0).applyQuaternion(head.quaternion);
    this.camera.position.copy(head.position).addScaledVector(axis, far);
    this.camera.near = Math.max(0.01, far - this.scene.head_top - 0.05); // what is above does not hide it
    this.camera.lookAt(head.position);
    this.camera.updateProjectionMatrix();
  }

  // The user takes the camera.
  release() {
    this.camera.near = 0.01;
    this.camera.updateProjectionMatrix();
    if (this.view === "head") {
      this.camera.up.set(0, 0, 1);
      this.controls.target.copy(this.craft.links[this.scene.head].position);
    }
    this.view = "free";
    this.onView("free");
  }

  // Turn by angles, or come nearer by a factor, from the keyboard.
  move(turn, rise, factor) {
    this.release();
    const way = this.camera.position.clone().sub(this.controls.target);
    const place = new THREE.Spherical().setFromVector3(new THREE.Vector3(way.x, way.z, -way.y));
    place.theta += turn;
    place.phi = Math.min(Math.PI - 0.01, Math.max(0.01, place.phi + rise));
    place.radius *= factor;
    way.setFromSpherical(place);
    this.camera.position.copy(this.controls.target).add(new THREE.Vector3(way.x, -way.z, way.y));
    this.controls.update();
    this.draw();
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.renderer.domElement.parentElement;
    if (!width || !height) return;
    this.renderer.setPixelRatio(this.ratio);
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
    const half = Math.tan(THREE.MathUtils.degToRad(ANGLE / 2));
    this.grains.uniforms.pixels.value = this.ratio * height / 2 / half;
    this.draw();
  }

  draw() {
    this.renderer.render(this.world, this.camera);
    this.drawn += 1;
  }

  // Called for each frame played: where the machine is slow, fewer pixels are drawn.
  paced(now) {
    this.times.push(now);
    if (this.times.length <= LOOKED_AT) return;
    const rate = 1000 * LOOKED_AT / (now - this.times[0]);
    this.times = [];
    const coarser = RATIOS.find((ratio) => ratio < this.ratio);
    if (rate < SLOW && coarser) {
      this.ratio = coarser;
      this.resize();
    }
  }
}
