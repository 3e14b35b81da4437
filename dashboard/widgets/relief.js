// Ground lit by a sun, in the page: what pnzoo.terrain.hillshade computes, and a test compares the two.

// Horn's gradients of elevation, whose first row lies north; the edge is repeated beyond the edge.
function makeRelief({ values, rows, cols, low, high, metres }) {
  const raw = new Uint16Array(Uint8Array.from(atob(values), (letter) => letter.charCodeAt(0)).buffer);
  const at = (r, c) => low + ((high - low) * raw[Math.max(0, Math.min(rows - 1, r)) * cols + Math.max(0, Math.min(cols - 1, c))]) / 65535;
  const east = new Float32Array(rows * cols), north = new Float32Array(rows * cols);
  for (let r = 0; r < rows; r++) for (let c = 0; c < cols; c++) {
    const [nw, n, ne, w, e, sw, s, se] = [[-1, -1], [-1, 0], [-1, 1], [0, -1], [0, 1], [1, -1], [1, 0], [1, 1]].map(([i, j]) => at(r + i, c + j));
    east[r * cols + c] = (ne + 2 * e + se - nw - 2 * w - sw) / (8 * metres);
    north[r * cols + c] = (nw + 2 * n + ne - sw - 2 * s - se) / (8 * metres);
  }

  // Brightness of each pixel, 0 to 1.
  function light([azimuth, altitude]) {
    const [up, about] = [altitude, azimuth].map((degrees) => (degrees * Math.PI) / 180);
    const [sin, cos, towards] = [Math.sin(up), Math.cos(up), [Math.sin(about), Math.cos(about)]];
    return east.map((x, i) => Math.max(0, (sin - cos * (x * towards[0] + north[i] * towards[1])) / Math.sqrt(1 + x * x + north[i] * north[i])));
  }

  const canvas = Object.assign(document.createElement("canvas"), { width: cols, height: rows });

  function picture(sun) {
    const pen = canvas.getContext("2d"), image = pen.createImageData(cols, rows);
    const grey = light(sun), { data } = image;
    for (let i = 0; i < grey.length; i++) {
      data[4 * i] = data[4 * i + 1] = data[4 * i + 2] = 255 * grey[i];
      data[4 * i + 3] = 255;
    }
    pen.putImageData(image, 0, 0);
    return canvas;
  }

  return { light, picture };
}
