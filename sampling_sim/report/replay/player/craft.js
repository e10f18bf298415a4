// The craft: a group of surfaces for each link, and the bed it comes down to.

import * as THREE from "three";

const OPACITY = { solid: 1.0, clear: 0.28 };
const EDGE_ANGLE = 25; // degrees between faces from which an edge is drawn

export class Craft {
  constructor(scene, data) {
    this.data = data;
    this.links = scene.links.map(() => new THREE.Group());
    this.materials = [];
    this.whole = new THREE.Group();
    this.whole.add(...this.links);
    let first = 0;
    for (const surface of scene.surfaces) {
      const corners = data.triangles.subarray(9 * first, 9 * (first + surface.count));
      this.links[surface.link].add(...this.parts(surface, corners));
      first += surface.count;
    }
    this.turns = [new THREE.Quaternion(), new THREE.Quaternion()];
    this.look("clear");
  }

  parts({ kind, colour }, corners) {
    const geometry = new THREE.BufferGeometry();
    geometry.setAttribute("position", new THREE.BufferAttribute(corners, 3));
    geometry.computeVertexNormals();
    const line = new THREE.LineBasicMaterial({
      color: kind === "container" ? "#000000" : colour, transparent: true,
      opacity: kind === "container" ? 0.9 : 0.7,
    });
    const edges = new THREE.LineSegments(new THREE.EdgesGeometry(geometry, EDGE_ANGLE), line);
    if (kind === "container") return [edges];
    const material = new THREE.MeshLambertMaterial({
      color: colour, side: THREE.DoubleSide, transparent: true, forceSinglePass: true,
    });
    this.materials.push(material);
    const mesh = new THREE.Mesh(geometry, material);
    mesh.renderOrder = 1; // after the grains, which are seen through it
    return [mesh, edges];
  }

  look(kind) {
    this.whole.visible = kind !== "hidden";
    for (const material of this.materials) {
      material.opacity = OPACITY[kind] ?? 1;
      material.depthWrite = kind === "solid";
    }
  }

  show(frame, mixing, frames) {
    const count = this.links.length, after = Math.min(frame + 1, frames - 1);
    const { link_position: place, link_orientation: turn } = this.data, [one, two] = this.turns;
    this.links.forEach((link, i) => {
      const a = frame * count + i, b = after * count + i;
      link.position.fromArray(place, 3 * a);
      link.position.lerp(new THREE.Vector3().fromArray(place, 3 * b), mixing);
      link.quaternion.slerpQuaternions(one.fromArray(turn, 4 * a), two.fromArray(turn, 4 * b), mixing);
    });
  }
}

// The undisturbed surface and the sides of the bed as lines, the rock below it as a plane.
export function bedOf({ x, y, depth }, reach) {
  const group = new THREE.Group();
  const around = [[-x, -y], [x, -y], [x, y], [-x, y]].map((corner) => corner.map((c) => c / 2));
  const points = [];
  const line = (a, b) => points.push(new THREE.Vector3(...a), new THREE.Vector3(...b));
  around.forEach((corner, i) => {
    const other = around[(i + 1) % 4];
    line([...corner, 0], [...other, 0]);
    line([...corner, -depth], [...other, -depth]);
    line([...corner, 0], [...corner, -depth]);
  });
  const box = new THREE.BufferGeometry().setFromPoints(points);
  group.add(new THREE.LineSegments(box, new THREE.LineBasicMaterial({ color: "#333333" })));
  const rock = new THREE.Mesh(
    new THREE.PlaneGeometry(Math.max(2 * x, 3 * reach), Math.max(2 * y, 3 * reach)),
    new THREE.MeshBasicMaterial({ color: "#d6d3cd" }), // from below the bed is seen
  );
  rock.position.z = -depth - 0.003 * reach; // under the lines, which it would break up
  group.add(rock);
  return group;
}
