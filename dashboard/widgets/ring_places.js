// Where pictures lie on the ring: those that would cover each other move along their circles, each within the sector of
// its class, so that how far out a picture lies stays true; where there is no room for all, all become smaller.

const LEAST_SIDE = 24, GAP = 3, ROUNDS = 40; // pixels, pixels, and how often all are moved a little

// Moves `angle` of places {angle, r, side, from, to}, whose angles stay from `from` to `to`; gives how large a part of
// its side each has then.
function spread(places) {
  const least = Math.min(1, LEAST_SIDE / Math.min(...places.map((each) => each.side)));
  for (let part = 1; ; part = Math.max(least, part - 0.06)) if (apart(places, part) || part <= least) return part;
}

function apart(places, part) {
  for (let round = 0; round < ROUNDS; round++) {
    let covered = false;
    for (const [i, one] of places.entries()) for (const other of places.slice(i + 1)) {
      const need = (part * (one.side + other.side)) / 2 + GAP, gap = overlap(one, other, need);
      if (gap <= 0.5) continue;
      covered = true;
      const turn = (0.6 * gap) / (one.r + other.r), sign = Math.sin(other.angle - one.angle) < 0 ? -1 : 1;
      for (const [each, way] of [[one, -sign], [other, sign]]) each.angle = Math.max(each.from, Math.min(each.to, each.angle + way * turn));
    }
    if (!covered) return true;
  }
  return false;
}

// By how much two squares cover each other, 0 where they do not.
function overlap(one, other, need) {
  const across = Math.abs(one.r * Math.cos(one.angle) - other.r * Math.cos(other.angle));
  const down = Math.abs(one.r * Math.sin(one.angle) - other.r * Math.sin(other.angle));
  return Math.max(0, need - Math.max(across, down));
}
