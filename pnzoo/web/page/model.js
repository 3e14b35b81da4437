// Weights of the zoo as `pnzoo export-web` writes them: NAME.json says what they are, NAME.bin holds float32 numbers.

export async function loadModel(name) {
  const [card, numbers] = await Promise.all([fetched(`models/${name}.json`), fetched(`models/${name}.bin`)]);
  return modelOf(await card.json(), await numbers.arrayBuffer());
}

// {name, class, config, arrays: {path: {shape, offset}}} and the numbers -> the card with its arrays as Float32Array.
export function modelOf(card, numbers) {
  const arrays = {};
  for (const [path, { shape, offset }] of Object.entries(card.arrays)) {
    arrays[path] = new Float32Array(numbers, offset, shape.reduce((product, length) => product * length, 1));
  }
  return { ...card, shapes: card.arrays, arrays };
}

async function fetched(path) {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${answer.statusText}`);
  return answer;
}

// 3x3 convolution of x [height, width, inputs] with zeros beyond the edge, and a ReLU.
export function convolve(x, height, width, kernel, outputs, bias) {
  const inputs = kernel.length / (9 * outputs), y = new Float32Array(height * width * outputs);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const at = (row * width + column) * outputs, cell = y.subarray(at, at + outputs);
      cell.set(bias);
      for (let part = 0; part < 9; part++) {
        const r = row + Math.floor(part / 3) - 1, c = column + (part % 3) - 1;
        if (r < 0 || c < 0 || r >= height || c >= width) continue;
        for (let i = 0; i < inputs; i++) {
          const value = x[(r * width + c) * inputs + i];
          if (value === 0) continue;
          const from = (part * inputs + i) * outputs;
          for (let o = 0; o < outputs; o++) cell[o] += value * kernel[from + o];
        }
      }
      for (let o = 0; o < outputs; o++) if (cell[o] < 0) cell[o] = 0;
    }
  }
  return y;
}
